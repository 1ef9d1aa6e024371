// The rows' own pictures of their files: only for rows in sight, one at a time, and not while uploads go quickly,
// because decoding a photo costs more than sending it. What was stored first shows its thumbnail in the bucket.

import { isActive } from "./job_states.js";
import { pause } from "./retry.js";

const POLL_MS = 100;
const PREVIEW_PX = 120; // a row shows 40, and screens have up to three for one

export class Previews {
  #queue;
  #wanted = new Map(); // element -> job
  #inSight = new Set();
  #observer = new IntersectionObserver((entries) => this.#onIntersection(entries));
  #running = false;
  #ended = new AbortController();

  constructor(queue) {
    this.#queue = queue;
  }

  // Makes `job.preview` once `element` is in sight, unless it is there already or cannot be made.
  watch(element, job) {
    const canBeMade = this.#queue.options.rules.accept.includes(job.mediaType);
    if (job.preview === undefined && canBeMade) this.#wanted.set(element, job);
    this.#observer.observe(element);
  }

  isInSight(element) {
    return this.#inSight.has(element);
  }

  forget(element) {
    this.#observer.unobserve(element);
    this.#wanted.delete(element);
    this.#inSight.delete(element);
  }

  end() {
    this.#observer.disconnect();
    this.#inSight.clear();
    this.#ended.abort();
  }

  #onIntersection(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#inSight.add(target);
      else this.#inSight.delete(target);
    }
    this.#queue.onChange();
    if (!this.#running) this.#makeAll().catch(() => {}); // ended
  }

  async #makeAll() {
    this.#running = true;
    try {
      for (let element; (element = this.#next());) {
        while (this.#isQuick) await pause(POLL_MS, this.#ended.signal);
        const job = this.#wanted.get(element);
        this.#wanted.delete(element);
        if (!job || job.preview !== undefined) continue; // the row went, or the thumbnail came meanwhile
        job.preview = await squarePreview(job.file).catch(() => ""); // a kind that this browser cannot show
        this.#queue.onChange();
      }
    } finally {
      this.#running = false;
    }
  }

  get #isQuick() {
    const { inLanes, inChecks } = this.#queue;
    return this.#queue.isQuick([...inLanes, ...inChecks]);
  }

  // What is under way comes first.
  #next() {
    const elements = [...this.#inSight].filter((element) => this.#wanted.has(element));
    return elements.find((element) => isActive(this.#wanted.get(element))) ?? elements[0];
  }
}

// A square from the middle of the picture, small whatever the file holds, as an address.
async function squarePreview(file) {
  const whole = await createImageBitmap(file, { resizeHeight: PREVIEW_PX, resizeQuality: "medium" });
  const { width, height } = whole; // a browser that does not resize gives them as they are
  const side = Math.min(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.min(side, PREVIEW_PX);
  const middle = [(width - side) / 2, (height - side) / 2, side, side];
  canvas.getContext("2d").drawImage(whole, ...middle, 0, 0, canvas.width, canvas.height);
  whole.close();
  return canvas.toDataURL("image/webp");
}
