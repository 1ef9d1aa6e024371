// The view: draws the desk, takes files in.

const DRAW_MS = 100; // between two drawings: three progress bars tell of themselves far more often
const LIVE_MS = 4_000; // a screen reader hears at most one sentence in this time
const PARTS = [
  "zone", "pick", "lead", "hint", "folder", "files-input", "folder-input", "camera", "camera-input", "notice", "notice-title", "notice-text", "details", "cure", "rule",
  "switch", "copy", "again", "bar", "summary", "cancel-all", "all-anyway", "retry-all", "dismiss", "clear", "live", "files",
];
const views = new WeakMap();

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const desk = deskFor(data.desk);
  let view = views.get(parentElement);
  if (view?.desk !== desk || !parentElement.contains(view.root)) {
    view?.end();
    view = new View(parentElement.querySelector(".direct"), desk);
    views.set(parentElement, view);
  }
  view.hint(data.hint, data.accept);
  desk.hear(data, setStateValue);
  return () => {
    views.delete(parentElement);
    view.end();
  };
}

class View {
  #rows = new Map(); // job -> its elements
  #order = []; // the jobs as their rows stand
  #frame = 0;
  #tick = 0;
  #drawTimer = 0;
  #drawnAt = -DRAW_MS;
  #listening = new AbortController();
  #overTimer = 0;
  #saidAt = 0;
  #sayTimer = 0;
  #wasBusy = false;

  constructor(root, desk) {
    Object.assign(this, { root, desk });
    this.parts = Object.fromEntries(PARTS.map((name) => [name, root.querySelector(`.${name}`)]));
    this.previews = new Previews(desk);
    this.#attach();
    desk.changed = () => this.#soon();
    this.#soon();
  }

  hint(text, accept) {
    this.parts.hint.textContent = text.replace(/(\d) (?=[KMGT]?B\b)/g, "$1\u00a0");
    this.parts["files-input"].accept = accept.join(",");
  }

  end() {
    this.#listening.abort();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#sayTimer);
    clearTimeout(this.#drawTimer);
    clearTimeout(this.#tick);
    this.previews.end();
    if (this.desk.owner === this) this.desk.leave();
  }

  #attach() {
    const { parts, desk } = this;
    desk.owner = this;
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.#listening.signal });
    const chosen = (input, inFolder) => () => {
      desk.add(Array.from(input.files, (file) => ({ file, inFolder })));
      input.value = "";
    };
    on(parts.pick, "click", () => parts["files-input"].click());
    on(parts.folder, "click", () => parts["folder-input"].click());
    on(parts.camera, "click", () => parts["camera-input"].click());
    on(parts["camera-input"], "change", chosen(parts["camera-input"], false));
    on(parts["files-input"], "change", chosen(parts["files-input"], false));
    on(parts["folder-input"], "change", chosen(parts["folder-input"], true));
    on(parts["cancel-all"], "click", () => desk.jobs.forEach((job) => desk.cancel(job)));
    on(parts["all-anyway"], "click", () => desk.sendAnyway(desk.jobs));
    on(parts["retry-all"], "click", () => desk.retry(desk.jobs));
    on(parts.again, "click", () => desk.retry(desk.jobs));
    on(parts.clear, "click", () => desk.clear());
    on(parts.dismiss, "click", () => desk.dismiss());
    on(parts.switch, "click", () => desk.sendThroughApp());
    on(parts.copy, "click", () => this.#copy());
    on(parts.files, "pointerleave", () => this.#soon());
    on(parts.files, "focusout", () => this.#soon());
    on(document, "paste", (event) => this.#paste(event));
    on(window, "dragover", (event) => this.#dragged(event));
    on(window, "drop", async (event) => {
      if (!this.#dragged(event)) return;
      parts.zone.classList.remove("over");
      desk.add(await filesOf(event.dataTransfer));
    });
    if (matchMedia("(pointer: coarse)").matches) parts.lead.textContent = "Choose or take photos";
    parts.pick.disabled = parts.folder.disabled = parts.camera.disabled = false;
  }

  // A drop anywhere on the page counts: beside the zone the browser would leave the page and open the file.
  #dragged(event) {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return false;
    event.preventDefault();
    this.parts.zone.classList.add("over");
    clearTimeout(this.#overTimer);
    this.#overTimer = setTimeout(() => this.parts.zone.classList.remove("over"), 200);
    return true;
  }

  #paste(event) {
    const files = Array.from(event.clipboardData?.files ?? [], (file) => ({ file, inFolder: false }));
    if (!files.length) return;
    event.preventDefault();
    this.desk.add(files);
  }

  async #copy() {
    const { rule, copy } = this.parts;
    try {
      await navigator.clipboard.writeText(rule.textContent);
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy the rule"), 2_000);
    } catch {
      getSelection().selectAllChildren(rule); // the clipboard needs https; a selection does not
      copy.textContent = "Selected; press Ctrl+C";
    }
  }

  #soon() {
    this.#drawTimer ||= setTimeout(() => {
      this.#frame = requestAnimationFrame(() => {
        this.#drawTimer = 0;
        this.#drawnAt = performance.now();
        this.#draw();
      });
    }, this.#drawnAt + DRAW_MS - performance.now());
  }

  #draw() {
    const { desk, parts } = this;
    this.#drawRows();
    const summary = summaryOf(desk);
    parts.bar.hidden = !summary;
    parts.files.hidden = !desk.jobs.length;
    parts.summary.textContent = summary;
    parts["cancel-all"].classList.toggle("off", !desk.jobs.some((job) => CANCELLABLE.includes(job.state)));
    parts["retry-all"].hidden = desk.busy || !!desk.notice || !desk.jobs.some(canRetry);
    parts["all-anyway"].hidden = desk.busy || !!desk.notice || desk.jobs.filter(isThere).length < 2;
    const copies = desk.jobs.filter(isThere).length;
    parts["all-anyway"].textContent = `Upload the ${copies} duplicates too`;
    parts.dismiss.hidden = desk.busy || !!desk.notice || !desk.jobs.some(needsReading);
    const isOver = (job) => !isOpen(job) && !needsReading(job);
    parts.clear.classList.toggle("off", !desk.skipped && !desk.jobs.some(isOver));
    this.#drawNotice();
    this.#say(summary);
    if (desk.jobs.some((job) => job.state === "pausing")) this.#tick ||= setTimeout(() => this.#ticked(), 1_000);
  }

  // Somebody is told how many seconds are left.
  #ticked() {
    this.#tick = 0;
    this.#soon();
  }

  // Rows stay where they are; only what failed moves up, and what waits for an answer, so that it is read. Not
  // under somebody's hand: a second click would hit another file's button.
  #drawRows() {
    const { files } = this.parts;
    const jobs = new Set(this.desk.jobs);
    for (const [job, row] of this.#rows) {
      if (jobs.has(job)) continue;
      this.previews.forget(row.element);
      row.element.remove();
      this.#rows.delete(job);
    }
    const rank = (job) => (job.state === "refused" ? 2 : isThere(job) ? 1 : 0);
    const sorted = [...this.desk.jobs].sort((a, b) => rank(b) - rank(a));
    const kept = this.#order.filter((job) => jobs.has(job));
    const isHeld = files.matches(":hover, :focus-within");
    this.#order = isHeld ? [...new Set([...kept, ...sorted])] : sorted;
    this.#order.forEach((job, at) => {
      const row = this.#rows.get(job) ?? this.#newRow(job);
      row.draw();
      if (files.children[at] !== row.element) files.insertBefore(row.element, files.children[at] ?? null);
    });
    this.#follow(files);
  }

  #newRow(job) {
    const row = new Row(this.root.querySelector("template"), job, this.desk);
    this.#rows.set(job, row);
    this.previews.watch(row.element, job);
    return row;
  }

  // Keeps in sight what is being sent, then what is verified, then what failed, unless somebody reads the list.
  #follow(files) {
    const settled = this.#wasBusy && !this.desk.busy;
    this.#wasBusy = this.desk.busy;
    if (files.matches(":hover, :focus-within")) return;
    if (settled && this.desk.jobs.some((job) => job.state === "refused" || isThere(job))) files.scrollTop = 0;
    const { inLanes, inChecks } = this.desk;
    const moving = inLanes.length ? inLanes : inChecks;
    const active = moving.map((job) => this.#rows.get(job)?.element).filter(Boolean);
    if (!active.length) return;
    const from = active[0].offsetTop - files.offsetTop;
    const to = active.at(-1).offsetTop + active.at(-1).offsetHeight - files.offsetTop;
    const inSight = from >= files.scrollTop && to <= files.scrollTop + files.clientHeight;
    if (!inSight) files.scrollTop = from - active[0].offsetHeight;
  }

  #drawNotice() {
    const { desk, parts } = this;
    const { notice } = desk;
    parts.notice.hidden = !notice;
    if (!notice) return;
    const cors = notice.kind === "cors";
    parts.details.hidden = !cors;
    const files = desk.jobs.filter((job) => job.blocked).length;
    parts.switch.textContent = `Send ${files === 1 ? "1 file" : `${files} files`} through the app`;
    parts.switch.hidden = !files;
    parts["notice-title"].textContent = cors
      ? "Uploads are not set up for this page yet"
      : "The bucket cannot be reached from this browser";
    parts["notice-text"].textContent = cors
      ? "We can send your files through the app instead."
      : unreachableAdvice(notice.url);
    if (!cors) return;
    parts.cure.textContent = `The bucket needs a CORS rule for ${location.origin}. Paste this in S3 under Permissions,
      Cross-origin resource sharing.`;
    parts.rule.textContent = corsRule();
  }

  #say(summary) {
    clearTimeout(this.#sayTimer);
    const waitMs = this.desk.busy ? Math.max(0, LIVE_MS - (performance.now() - this.#saidAt)) : 300;
    this.#sayTimer = setTimeout(() => {
      this.#saidAt = performance.now();
      if (this.parts.live.textContent !== summary) this.parts.live.textContent = summary;
    }, waitMs);
  }
}
