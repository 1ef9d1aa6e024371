// The row of one file. File names reach the page as text only.

import {
  fractionSent,
  isActive,
  isCancellable,
  isDuplicate,
  isLinked,
  isRetryable,
  linkOf,
} from "./job_states.js";
import { copyFrom } from "../shared/clipboard.js";
import { linksText } from "../shared/link_formats.js";
import { matchOf, stateSentence } from "./sentences.js";
import { sizeLabel } from "./size_label.js";

const PARTS = [
  "name",
  "state",
  "match",
  "shot",
  "size",
  "anyway",
  "retry",
  "cancel",
  "tick",
  "copy-link",
  "undo",
];

export class Row {
  #drawn = "";

  constructor(template, job, queue) {
    Object.assign(this, { job, queue, element: template.content.firstElementChild.cloneNode(true) });
    this.parts = Object.fromEntries(PARTS.map((name) => [name, this.element.querySelector(`.${name}`)]));
    this.parts.image = this.element.querySelector(".preview img");
    this.parts.bar = this.element.querySelector(".track i");
    this.parts.size.textContent = sizeLabel(job.size);
    this.parts.cancel.onclick = () => queue.cancel(job);
    this.parts.retry.onclick = () => queue.retry([job]);
    this.parts["copy-link"].onclick = () => copyFrom(this.parts["copy-link"], linksText([linkOf(job)]));
    this.parts.undo.onclick = () => queue.undo(job);
    this.parts.anyway.onclick = () => queue.sendDuplicates([job]);
  }

  // `isInSight`: whether somebody can see it, so that a picture is worth its bytes.
  draw(isInSight) {
    const { job, parts } = this;
    const words = stateSentence(job, this.queue.now(), { onStage: this.queue.options.hideNames });
    const shown = (name) => (this.queue.options.hideNames ? "••••" : name); // on a stage, a name may say who it is
    const name = shown(job.name);
    const drawn = `${job.state} ${words} ${job.fraction} ${name} ${isInSight && !!job.preview}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    parts.name.textContent = parts.name.title = name;
    this.element.className = `row ${job.state}`;
    this.element.classList.toggle("busy", isActive(job));
    this.element.classList.toggle("final", job.final);
    if (parts.state.textContent !== words) parts.state.textContent = words;
    parts.state.title = job.removed?.length ? `Removed: ${job.removed.join(", ")}` : "";
    parts.tick.style.display = job.state === "stored" ? "" : "none";
    parts.bar.style.transform = `scaleX(${fractionSent(job)})`;
    if (isInSight) this.#drawPreview();
    this.#drawMatch(matchOf(job, shown));
    this.#drawButtons(name);
  }

  #drawPreview() {
    const { image } = this.parts;
    if (!this.job.preview || image.src) return;
    image.onload = () => (image.hidden = false);
    image.src = this.job.preview;
  }

  // The image of the gallery that is this file, or looks like it.
  #drawMatch(image) {
    const { match, shot } = this.parts;
    match.hidden = !image;
    shot.hidden = !image?.src;
    if (!image) return;
    match.href = shot.href = image.page;
    match.textContent = image.words;
    const picture = shot.firstElementChild;
    picture.alt = isDuplicate(this.job) ? "The earlier image" : "The similar image";
    picture.onerror = () => (shot.hidden = true);
    if (shot.hidden || picture.src === image.src) return;
    picture.src = image.src;
  }

  // Each button keeps a place of its own, so that a second click never does another thing.
  #drawButtons(name) {
    const { job, parts } = this;
    parts.cancel.classList.toggle("off", !isCancellable(job));
    parts.retry.hidden = !isRetryable(job);
    parts.anyway.hidden = !isDuplicate(job);
    parts["copy-link"].classList.toggle("off", !isLinked(job));
    parts["copy-link"].setAttribute("aria-label", `Copy ${name}`);
    parts.undo.classList.toggle("off", job.state !== "stored" || !this.queue.options.canUndo);
    parts.cancel.setAttribute("aria-label", `Cancel ${name}`);
    parts.undo.setAttribute("aria-label", `Undo ${name}`);
    parts.retry.setAttribute("aria-label", `Retry ${name}`);
    parts.anyway.setAttribute("aria-label", `Upload a second copy: ${name}`);
  }
}
