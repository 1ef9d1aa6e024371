// The rows' own pictures of their files: only for rows in sight, one at a time, and not while uploads go quickly,
// because decoding a photo costs more than sending it. What was stored first shows its thumbnail in the bucket.

const PREVIEW_PX = 120; // a row shows 40, and screens have up to three for one

class Previews {
  #desk;
  #wanted = new Map(); // element -> job
  #inSight = new Set();
  #seen = new IntersectionObserver((entries) => this.#moved(entries));
  #busy = false;
  #over = new AbortController();

  constructor(desk) {
    this.#desk = desk;
  }

  // Makes `job.preview` once `element` is in sight, unless it is there already or cannot be made.
  watch(element, job) {
    if (job.preview !== undefined || !this.#desk.options.accept.includes(job.kind)) return;
    this.#wanted.set(element, job);
    this.#seen.observe(element);
  }

  forget(element) {
    this.#seen.unobserve(element);
    this.#wanted.delete(element);
    this.#inSight.delete(element);
  }

  end() {
    this.#seen.disconnect();
    this.#inSight.clear();
    this.#over.abort();
  }

  #moved(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && this.#wanted.has(target)) this.#inSight.add(target);
      else this.#inSight.delete(target);
    }
    if (!this.#busy) this.#work().catch(() => {}); // ended
  }

  async #work() {
    this.#busy = true;
    try {
      for (let element; (element = this.#next()); ) {
        while (this.#isQuick) await pause(QUICK_MS / 5, this.#over.signal);
        const job = this.#wanted.get(element);
        this.forget(element);
        if (!job || job.preview !== undefined) continue; // the row went, or the thumbnail came meanwhile
        job.preview = await small(job.file).catch(() => ""); // a kind that this browser cannot show
        this.#desk.changed();
      }
    } finally {
      this.#busy = false;
    }
  }

  get #isQuick() {
    const { inLanes, inChecks } = this.#desk;
    return this.#desk.isQuick([...inLanes, ...inChecks]);
  }

  // What is under way comes first.
  #next() {
    const elements = [...this.#inSight];
    return elements.find((element) => ACTIVE.includes(this.#wanted.get(element).state)) ?? elements[0];
  }
}

// A square from the middle of the picture, small whatever the file holds, as an address.
async function small(file) {
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
