// Waiting, and trying again with a growing pause (exponential backoff with jitter).

const MAX_TRIES = 8;
const MAX_TRIES_INTERNAL = 3; // the server's own fault rarely passes
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

// Runs `work` until it succeeds or fails for good; an error of the kind "retry" is tried again after a pause.
// `work` gets whether this is its last try; `onPause` the pause in milliseconds and the error behind it.
export async function retryWithBackoff(signal, work, onPause = () => {}, random = Math.random) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(tries === MAX_TRIES);
    } catch (error) {
      const most = error.code === "internal" ? MAX_TRIES_INTERNAL : MAX_TRIES;
      if (error.kind !== "retry" || tries >= most) throw error;
      const backoffMs = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
      const waitMs = Math.max(error.waitMs ?? 0, backoffMs) * (1 + random() / 4);
      onPause(waitMs, error);
      await pause(waitMs, signal);
    }
  }
}

// Resolves after `ms`; rejects with the signal's reason once it is aborted.
export function pause(ms, signal) {
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
