// A counting semaphore: at most `permits` run at once, the others wait in the order in which they came.

export class Semaphore {
  #free;
  #waiting = [];

  constructor(permits) {
    this.#free = permits;
  }

  // Runs `work` once there is a permit; whoever is aborted while waiting leaves the line.
  async run(work, signal) {
    if (this.#free) this.#free -= 1;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  #turn(signal) {
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      const leave = () => {
        const index = this.#waiting.indexOf(resolve);
        if (index < 0) return;
        this.#waiting.splice(index, 1);
        reject(signal.reason);
      };
      signal?.addEventListener("abort", leave, { once: true });
      if (signal?.aborted) leave();
    });
  }
}
