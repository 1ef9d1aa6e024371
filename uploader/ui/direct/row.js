// One row a file, and the sentences of the list. File names reach the page as text only.

const WORDS = {
  waiting: "Waiting", hashing: "Hashing", signing: "Signing", pausing: "Trying again soon", finishing: "Finishing",
  sent: "Sent, to be verified", verifying: "Verifying",
  relayed: "Verifying", stored: "Stored straight to S3",
};

const ALL_SENT = ["finishing", "relayed", "sent", "verifying", "stored"];

class Row {
  #drawn = "";

  constructor(template, job, desk) {
    Object.assign(this, { job, desk, element: template.content.firstElementChild.cloneNode(true) });
    const names = ["name", "state", "match", "shot", "size", "anyway", "retry", "cancel", "tick"];
    this.parts = Object.fromEntries(names.map((name) => [name, this.element.querySelector(`.${name}`)]));
    this.parts.image = this.element.querySelector(".preview img");
    this.parts.bar = this.element.querySelector(".track i");
    this.parts.size.textContent = sizeLabel(job.size);
    this.parts.cancel.onclick = () => desk.cancel(job);
    this.parts.retry.onclick = () => desk.retry([job]);
    this.parts.anyway.onclick = () => desk.sendAnyway([job]);
  }

  draw() {
    const { job, parts } = this;
    const words = stateOf(job);
    const shown = (name) => (this.desk.options.hideNames ? "••••" : name); // on a stage, a name may say who it is
    const name = shown(job.name);
    const drawn = `${job.state} ${words} ${job.part} ${name} ${!!job.preview}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    parts.name.textContent = parts.name.title = name;
    this.element.className = `row ${job.state}`;
    this.element.classList.toggle("busy", ACTIVE.includes(job.state));
    this.element.classList.toggle("final", job.final);
    if (parts.state.textContent !== words) parts.state.textContent = words;
    parts.tick.style.display = job.state === "stored" ? "" : "none";
    this.#drawPreview();
    this.#drawMatch(shown);
    this.#drawButtons(name);
    const sent = job.state === "sending" ? job.part : ALL_SENT.includes(job.state) ? 1 : 0;
    parts.bar.style.transform = `scaleX(${sent})`;
  }

  #drawPreview() {
    const { image } = this.parts;
    if (!this.job.preview || image.src) return;
    image.onload = () => (image.hidden = false);
    image.src = this.job.preview;
  }

  // The image of the gallery that is this file, or looks like it.
  #drawMatch(shown) {
    const { match, shot } = this.parts;
    const [image, others] = matchOf(this.job);
    match.hidden = !image;
    shot.hidden = !image?.src;
    if (!image) return;
    match.href = shot.href = image.page;
    match.textContent = isThere(this.job)
      ? `“${shown(image.name)}”, uploaded ${whenLabel(image.at)}`
      : `Looks like “${shown(image.name)}” (${dayLabel(image.at)})${others ? ` and ${others} more` : ""}`;
    const picture = shot.firstElementChild;
    picture.alt = isThere(this.job) ? "The earlier image" : "The similar image";
    picture.onerror = () => (shot.hidden = true);
    if (shot.hidden || picture.src === image.src) return;
    picture.src = image.src;
  }

  // Each button keeps a place of its own, so that a second click never does another thing.
  #drawButtons(name) {
    const { job, parts } = this;
    parts.cancel.classList.toggle("off", !CANCELLABLE.includes(job.state));
    parts.retry.hidden = !canRetry(job);
    parts.anyway.hidden = !isThere(job);
    parts.cancel.setAttribute("aria-label", `Cancel ${name}`);
    parts.retry.setAttribute("aria-label", `Retry ${name}`);
    parts.anyway.setAttribute("aria-label", `Send anyway: ${name}`);
  }
}

function stateOf(job) {
  if (job.why) return job.why;
  if (job.state === "sending") return `Sending ${Math.floor(job.part * 100)} %`;
  if (isThere(job)) return job.earlier ? "Already in the gallery" : "The same file is in this list already.";
  if (job.state === "stored" && job.removed?.length) {
    return `${WORDS.stored}; hidden details removed: ${job.removed.join(", ")}`;
  }
  return WORDS[job.state];
}

// The image to show beside a job, and how many more there are.
function matchOf(job) {
  if (isThere(job)) return [job.earlier, 0];
  const similar = job.state === "stored" ? job.similar : [];
  return [similar[0], similar.length - 1];
}

// "2 Nov 2026, 14:02", in the browser's time zone.
function whenLabel(date) {
  const options = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
  return date.toLocaleString("en-GB", options);
}

// "2 Nov", and the year where it is another one.
function dayLabel(date) {
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year });
}

// "38 of 40 images stored, 2 refused · 5.1 s"
function summaryOf({ jobs, skipped, busy, spentMs }) {
  const count = (test) => jobs.filter(test).length;
  const stored = count((job) => job.state === "stored");
  const notes = [
    [count(isThere), "already there"],
    [count((job) => job.state === "refused" && job.final), "refused"],
    [count((job) => job.state === "refused" && !job.final), "not sent"],
    [count((job) => job.state === "cancelled"), "cancelled"],
    [skipped, skipped === 1 ? "other file skipped" : "other files skipped"],
  ];
  const parts = jobs.length ? [`${stored} of ${jobs.length} ${jobs.length === 1 ? "image" : "images"} stored`] : [];
  for (const [number, words] of notes) if (number) parts.push(`${number} ${words}`);
  return parts.join(", ") + (spentMs && !busy ? ` · ${(spentMs / 1000).toFixed(1)} s` : "");
}
