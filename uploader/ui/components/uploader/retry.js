// Waiting, trying again, and noting how long things took.

// Runs `work` and notes how long it took, for the film of the upload.
async function timed(job, name, work) {
  const startedMs = performance.now();
  try {
    return await work();
  } finally {
    job.took[name] = performance.now() - startedMs;
  }
}

// Runs `work` until it ends well or badly; what is worth a retry is tried again after a while.
async function patiently(signal, work, onPause = () => {}) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(tries === TRIES);
    } catch (error) {
      if (error.kind !== "again" || tries >= (error.code === "internal" ? 3 : TRIES)) throw error;
      const leastMs = Math.max(error.waitMs ?? 0, Math.min(500 * 2 ** (tries - 1), 8_000));
      const waitMs = leastMs * (1 + Math.random() / 4);
      onPause(waitMs, error);
      await pause(waitMs, signal);
    }
  }
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort); // one signal may see many pauses
      resolve();
    }, ms);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
  });
}

// Lets at most `width` through at once, in the order in which they came; who is aborted leaves the line.
class Gate {
  #free;
  #line = [];

  constructor(width) {
    this.#free = width;
  }

  async through(work, signal) {
    if (this.#free) this.#free -= 1;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  #turn(signal) {
    return new Promise((go, leave) => {
      this.#line.push(go);
      signal.addEventListener("abort", () => {
        const at = this.#line.indexOf(go);
        if (at < 0) return;
        this.#line.splice(at, 1);
        leave(signal.reason);
      }, { once: true });
    });
  }
}
