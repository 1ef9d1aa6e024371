// The desk: every upload of this page, living outside the component so that reruns, page changes and a
// reconnect do not disturb it. The view only draws what it finds here.

const AT_ONCE = 3;
const TRIES = 8;
const QUICK_MS = 500; // a file that stays longer in one state waits for the network, not for this machine
const IN_LANE = ["hashing", "signing", "sending", "pausing", "finishing", "relayed"];
const ACTIVE = [...IN_LANE, "sent", "verifying"];
const CANCELLABLE = ["waiting", "hashing", "signing", "sending", "pausing", "sent"]; // later it may be in the gallery

const isOpen = (job) => job.state === "waiting" || ACTIVE.includes(job.state);
const canRetry = (job) => !job.final && ["refused", "cancelled"].includes(job.state);
const needsReading = (job) => job.state === "refused" || isThere(job);
const isThere = (job) => job.state === "there"; // not sent: the gallery or this list has the same file

function deskFor(key) {
  const desks = (globalThis.__uploaderDesks ??= new Map());
  if (!desks.has(key)) desks.set(key, new Desk());
  return desks.get(key);
}

class Desk {
  jobs = [];
  options = { accept: [], maxBytes: 0, apiBase: "", hideNames: false };
  notice = null; // {kind, url}: why nothing can be sent from here
  skipped = 0; // files of a folder that are no images
  #busySince = 0;
  throughApp = false; // the bucket cannot be reached from here, and somebody chose to send through the app
  #bucketUrl = "";
  owner = null; // the view that draws this desk
  changed = () => {};
  mail = new Mail();
  #checks = new Gate(AT_ONCE); // apart from the lanes, or the line to S3 would stand idle meanwhile
  #lanesMoved = Promise.withResolvers(); // wakes who waits, also in a hidden tab, where timers hardly run
  #reached = false; // the bucket took bytes from here before: if it is silent now, it may come back
  #warn = (event) => event.preventDefault();

  // What Python says on each run of the page.
  hear(data, send) {
    this.options = { accept: data.accept, maxBytes: data.max_bytes, apiBase: data.api_base, hideNames: data.hide_names };
    this.mail.hear(data, send);
  }

  // The view is gone; the uploads go on.
  leave() {
    this.owner = null;
    this.changed = () => {};
    this.mail.hush();
  }

  // Takes files in: [{file, inFolder}].
  async add(found) {
    for (const { file, inFolder } of found) {
      const kind = await kindOf(file).catch(() => "");
      const why = whyNot(file, kind, this.options);
      if (inFolder && why && !this.options.accept.includes(kind)) {
        this.skipped += 1;
        continue;
      }
      const job = { file, kind, name: file.name, size: file.size, state: "waiting", part: 0, why: "", final: false };
      if (why) Object.assign(job, { state: "refused", why, final: true });
      this.jobs.push(job);
      if (why) this.mail.tell({ kind: "refused", name: job.name, why });
      this.pump();
    }
    this.changed();
  }

  get inLanes() {
    return this.jobs.filter((job) => IN_LANE.includes(job.state));
  }

  get inChecks() {
    return this.jobs.filter((job) => job.state === "verifying");
  }

  // Whether these jobs go as fast as this machine can: what can wait leaves them the cores.
  isQuick(jobs) {
    return jobs.length > 0 && jobs.every((job) => performance.now() - job.sinceMs < QUICK_MS);
  }

  // How long something has been under way without a break.
  get busyMs() {
    return this.#busySince && performance.now() - this.#busySince;
  }

  get busy() {
    return this.jobs.some(isOpen);
  }

  // Starts what may start.
  pump() {
    this.#lanesMoved.resolve();
    this.#lanesMoved = Promise.withResolvers();
    const free = AT_ONCE - this.inLanes.length;
    const next = this.jobs.filter((job) => job.state === "waiting").slice(0, Math.max(free, 0));
    if (next.length) this.#busySince ||= performance.now();
    for (const job of next) this.#run(job);
    if (this.busy) globalThis.addEventListener("beforeunload", this.#warn);
    else {
      globalThis.removeEventListener("beforeunload", this.#warn);
      this.#busySince = 0;
    }
    this.changed();
  }

  cancel(job) {
    if (!CANCELLABLE.includes(job.state)) return;
    if (job.state === "waiting") Object.assign(job, { state: "cancelled", why: "Cancelled." });
    job.stop?.abort(new DOMException("Cancelled.", "AbortError"));
    this.pump();
  }

  retry(jobs) {
    this.notice = null;
    for (const job of jobs.filter(canRetry)) Object.assign(job, { state: "waiting", why: "", part: 0, blocked: false });
    this.pump();
  }

  // Sends what was not sent because the same is there already.
  sendAnyway(jobs) {
    this.notice = null;
    for (const job of jobs.filter(isThere)) Object.assign(job, { state: "waiting", anyway: true, earlier: null });
    this.pump();
  }

  // From now on our own server stores the files, those first that could not be sent.
  sendThroughApp() {
    this.throughApp = true;
    this.retry(this.jobs.filter((job) => job.blocked));
  }

  // Takes away what is over and needs nobody's eye: not what was refused or waits for an answer.
  clear() {
    this.#keep((job) => isOpen(job) || needsReading(job));
  }

  // Takes away what was refused or waits for an answer.
  dismiss() {
    this.notice = null;
    this.#keep((job) => !needsReading(job));
  }

  #keep(test) {
    this.jobs = this.jobs.filter(test);
    this.skipped = 0;
    this.changed();
  }

  async #run(job) {
    job.stop = new AbortController();
    this.#step(job, "hashing");
    try {
      Object.assign(job, await this.#upload(job, job.stop.signal));
      if (job.state === "stored") {
        this.mail.tell({ kind: "stored", name: job.name, key: job.key, size: job.size, ...job.took });
      }
    } catch (error) {
      this.#failed(job, error);
    }
    this.pump();
  }

  #failed(job, error) {
    if (error.name === "AbortError") return Object.assign(job, { state: "cancelled", why: "Cancelled." });
    const unreadable = ["NotReadableError", "NotFoundError"].includes(error.name);
    const known = error instanceof Trouble;
    const why = known ? error.message : unreadable ? CHANGED : "This browser could not send the file; try again.";
    if (!known && !unreadable) console.error("uploader:", error);
    const changed = unreadable || error.kind === "changed";
    Object.assign(job, { state: "refused", why, final: changed || [413, 415, 422].includes(error.status) });
    this.mail.tell({ kind: "refused", name: job.name, why });
    if (["cors", "unreachable"].includes(error.kind)) this.#block(job, error, why);
  }

  // Nothing can be sent from here: the files that wait need not find that out one by one.
  #block(failed, error, why) {
    if (!this.notice) this.mail.tell({ kind: "trouble", name: error.kind });
    this.notice = { kind: error.kind, url: error.url };
    failed.blocked = true;
    for (const job of this.jobs) if (job.state === "waiting") Object.assign(job, { state: "refused", why, blocked: true });
  }

  // How the job ended: {state: "stored", ...}, or {state: "there", ...} where the same file is there already.
  async #upload(job, signal) {
    Object.assign(job, { took: {}, sha256: "" });
    const hash = () => sha256(job.file, signal, (done) => this.#step(job, "hashing", done / job.size));
    const hashed = await timed(job, "hash_ms", hash);
    const isTwin = (other) => other.sha256 === hashed && (ACTIVE.includes(other.state) || other.state === "stored");
    if (!job.anyway && this.jobs.some(isTwin)) return { state: "there", earlier: null };
    job.sha256 = hashed;
    if (this.throughApp) return this.#relay(job, signal);
    const claim = { name: job.name, size: job.size, sha256: hashed, type: job.kind };
    for (let again = 0; ; again += 1) {
      try {
        return await this.#attempt(job, claim, signal);
      } catch (error) {
        if (error.kind !== "expired" || again) throw error; // an expired form or ticket is renewed once
      }
    }
  }

  async #attempt(job, claim, signal) {
    this.#step(job, "signing");
    const form = await timed(job, "sign_ms", () => this.#api("/api/uploads", claim, signal));
    this.#bucketUrl = form.url;
    if (form.earlier && !job.anyway) return { state: "there", earlier: inGallery(form.earlier, form.url) };
    for (let round = 1; ; round += 1) {
      const sure = await timed(job, "post_ms", () => this.#post(job, form, signal));
      this.#step(job, "sent");
      this.pump();
      try {
        const stored = await this.#checks.through(() => this.#verify(job, form, signal), signal);
        return this.#stored(job, stored);
      } catch (error) {
        if (sure || error.status !== 404 || round === 3) throw error; // the bytes did not arrive: send them again
      }
    }
  }

  // Our own server takes the file, checks it and stores it.
  async #relay(job, signal) {
    const moved = (part) => this.#step(job, part < 1 ? "sending" : "relayed", part);
    this.#step(job, "sending");
    try {
      return this.#stored(job, await this.#call("/api/uploads/relay", signal, (url, pass) => relayFile(url, job, pass, signal, moved)));
    } catch (error) {
      if (!error.earlier) throw error;
      return { state: "there", earlier: inGallery(error.earlier, this.#bucketUrl) };
    }
  }

  #stored(job, { key, removed, similar = [], thumbnail_url: thumbnail }) {
    job.preview ||= inBucket(thumbnail, this.#bucketUrl);
    return { state: "stored", key, removed, similar: similar.map((image) => inGallery(image, this.#bucketUrl)) };
  }

  async #verify(job, form, signal) {
    while (this.isQuick(this.inLanes)) await Promise.race([pause(QUICK_MS / 5, signal), this.#lanesMoved.promise]);
    this.#step(job, "verifying");
    return timed(job, "verify_ms", () => this.#api("/api/uploads/complete", { ticket: form.ticket }, signal));
  }

  // True once S3 said that it has the bytes; false where all were sent and no answer came (the witness is S3).
  #post(job, form, signal) {
    const moved = (part) => {
      this.#reached = true;
      this.#step(job, part < 1 ? "sending" : "finishing", part);
    };
    return patiently(signal, async (last) => {
      this.#step(job, "sending");
      try {
        job.took.request_id = await postForm(form, job.file, signal, moved);
        return true;
      } catch (error) {
        if (error.kind === "unsure") return false;
        if (error.kind === "unreachable" && this.#reached && !last) error.kind = "again";
        throw Object.assign(error, { url: form.url });
      }
    }, (waitMs, error) => {
      const cause = error.code ? "Storage is busy" : "Connection lost";
      Object.assign(job, { cause, resumesMs: performance.now() + waitMs });
      this.#step(job, "pausing");
    });
  }

  #api(path, body, signal) {
    return this.#call(path, signal, (url, pass) => callApi(url, body, pass, signal));
  }

  // A call with a pass: waits where it must, and asks for one new pass where this one has ended.
  #call(path, signal, act) {
    const url = `${location.origin}${this.options.apiBase}${path}`;
    let renewed = false;
    return patiently(signal, async () => {
      for (;;) {
        const pass = this.mail.pass;
        try {
          return await act(url, pass);
        } catch (error) {
          if (error.kind !== "pass" || renewed) throw error;
          renewed = true;
          if (pass === this.mail.pass) await this.mail.newPass(signal, error);
        }
      }
    });
  }

  #step(job, state, part = 0) {
    if (job.state !== state) job.sinceMs = performance.now();
    Object.assign(job, { state, part });
    this.changed();
  }
}
