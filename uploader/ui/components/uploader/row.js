// One row a file, and the sentences of the list. File names reach the page as text only.

const WORDS = {
  waiting: "Waiting", hashing: "Preparing", signing: "Preparing", finishing: "Uploading 100 %", relayed: "Checking",
  sent: "Checking", verifying: "Checking", stored: "Uploaded",
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
    parts.state.title = job.removed?.length ? `Removed: ${job.removed.join(", ")}` : "";
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
    parts.anyway.setAttribute("aria-label", `Upload a second copy: ${name}`);
  }
}

function stateOf(job) {
  if (job.why) return job.why;
  if (job.state === "sending") return `Uploading ${Math.floor(job.part * 100)} %`;
  if (job.state === "pausing") return `${job.cause}, retrying in ${Math.ceil((job.resumesMs - performance.now()) / 1000)} s`;
  if (isThere(job)) return job.earlier ? "Already in the gallery" : "You added this file twice.";
  if (job.state === "stored" && job.removed?.length) return `${WORDS.stored}. ${removedLabel(job.removed)} removed.`;
  return WORDS[job.state];
}

// What was removed, in the words that people look for; all of it stands in the row's title.
function removedLabel(removed) {
  const [place, camera] = ["location", "camera"].map((name) => removed.includes(name));
  if (place && camera) return "Location and camera data";
  return place ? "Location" : camera ? "Camera data" : "Hidden details";
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

// "Uploading 8 images · 1.2 of 9.2 MB · about 1 min left", then "2 uploaded · 2 duplicates · 11 not accepted".
function summaryOf(desk) {
  const { jobs, skipped, busy } = desk;
  const count = (test) => jobs.filter(test).length;
  const counted = (number, one, many = one) => number && `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
  const parts = [
    !busy && counted(count((job) => job.state === "stored"), "uploaded"),
    counted(count(isThere), "duplicate", "duplicates"),
    counted(count((job) => job.state === "refused" && job.final), "not accepted"),
    counted(count((job) => job.state === "refused" && !job.final), "not uploaded"),
    counted(count((job) => job.state === "cancelled"), "cancelled"),
    counted(skipped, "other file skipped", "other files skipped"),
  ];
  return [...(busy ? progressOf(desk) : []), ...parts].filter(Boolean).join(" · ");
}

function progressOf({ jobs, busyMs }) {
  const going = jobs.filter((job) => isOpen(job) || job.state === "stored");
  const sum = (part) => going.reduce((bytes, job) => bytes + job.size * part(job), 0);
  const sent = sum((job) => (ALL_SENT.includes(job.state) ? 1 : job.state === "sending" ? job.part : 0));
  const total = sum(() => 1);
  const left = sent > 0 ? (busyMs / sent) * (total - sent) : 0;
  const images = `${going.length.toLocaleString("en")} ${going.length === 1 ? "image" : "images"}`;
  return [`Uploading ${images}`, `${sizeLabel(sent)} of ${sizeLabel(total)}`, busyMs > 3_000 && leftLabel(left)];
}

// How long it will take, as people say it; nothing where it is nearly over.
function leftLabel(ms) {
  const seconds = Math.ceil(ms / 5_000) * 5;
  if (seconds < 10) return "";
  return seconds < 60 ? `about ${seconds} s left` : `about ${Math.ceil(seconds / 60)} min left`;
}
