// One row a file, and the sentences of the list. File names reach the page as text only.

const WORDS = {
  waiting: "Waiting", hashing: "Hashing", signing: "Signing", pausing: "Trying again soon", finishing: "Finishing",
  verifying: "Verifying", stored: "Stored straight to S3",
};

class Row {
  #url = "";
  #drawn = "";

  constructor(template, job, desk) {
    this.job = job;
    this.element = template.content.firstElementChild.cloneNode(true);
    const find = (name) => this.element.querySelector(name);
    this.parts = { state: find(".state"), act: find(".act"), tick: find(".tick"), bar: find(".track i") };
    this.desk = desk;
    this.name = find(".name");
    find(".size").textContent = sizeLabel(job.size);
    this.parts.act.onclick = () => (CANCELLABLE.includes(job.state) ? desk.cancel(job) : desk.retry([job]));
    if (desk.options.accept.includes(job.kind)) this.#preview(find("img"));
  }

  #preview(image) {
    this.#url = URL.createObjectURL(this.job.file);
    image.onload = image.onerror = () => this.forget();
    image.hidden = false;
    image.addEventListener("error", () => (image.hidden = true));
    image.src = this.#url;
  }

  // Lets the preview's memory go; what is drawn stays drawn.
  forget() {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = "";
  }

  draw() {
    const { job, parts } = this;
    const words = stateOf(job);
    const name = this.desk.options.hideNames ? "••••" : job.name; // on a stage, a name may say who somebody is
    if (this.name.textContent !== name) this.name.textContent = this.name.title = name;
    const drawn = `${job.state} ${words} ${job.part}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.element.className = `row ${job.state}`;
    this.element.classList.toggle("busy", ACTIVE.includes(job.state));
    this.element.classList.toggle("final", job.final);
    if (parts.state.textContent !== words) parts.state.textContent = words;
    parts.tick.style.display = job.state === "stored" ? "" : "none";
    const can = CANCELLABLE.includes(job.state) ? "Cancel" : canRetry(job) ? "Retry" : "";
    parts.act.hidden = !can;
    if (can) parts.act.setAttribute("aria-label", `${can} ${name}`);
    parts.act.title = can;
    const sent = ["finishing", "verifying", "stored"].includes(job.state) ? 1 : job.state === "sending" ? job.part : 0;
    parts.bar.style.transform = `scaleX(${sent})`;
  }
}

function stateOf(job) {
  if (job.why) return job.why;
  if (job.state === "sending") return `Sending ${Math.floor(job.part * 100)} %`;
  if (job.state === "stored" && job.removed?.length) return `${WORDS.stored}; removed: ${job.removed.join(", ")}`;
  return WORDS[job.state];
}

// "38 of 40 images stored, 2 refused · 5.1 s"
function summaryOf({ jobs, skipped, busy, spentMs }) {
  const count = (test) => jobs.filter(test).length;
  const stored = count((job) => job.state === "stored");
  const notes = [
    [count((job) => job.state === "refused" && job.final), "refused"],
    [count((job) => job.state === "refused" && !job.final), "not sent"],
    [count((job) => job.state === "cancelled"), "cancelled"],
    [skipped, skipped === 1 ? "other file skipped" : "other files skipped"],
  ];
  const parts = jobs.length ? [`${stored} of ${jobs.length} ${jobs.length === 1 ? "image" : "images"} stored`] : [];
  for (const [number, words] of notes) if (number) parts.push(`${number} ${words}`);
  return parts.join(", ") + (spentMs && !busy ? ` · ${(spentMs / 1000).toFixed(1)} s` : "");
}
