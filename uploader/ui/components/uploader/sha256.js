// SHA-256 of a file, as hex. `crypto.subtle` exists only on https and localhost; elsewhere the same in JavaScript,
// in a worker so that the page stays quick, or in small steps where workers are forbidden.

import { streamedSha256 } from "./sha256_stream.js";

const SUBTLE_MAX_BYTES = 128 * 2 ** 20; // crypto.subtle wants the whole file in memory at once

export async function sha256(file, signal, onProgress) {
  if (globalThis.crypto?.subtle && file.size <= SUBTLE_MAX_BYTES) {
    const bytes = await file.arrayBuffer();
    signal.throwIfAborted();
    return hex(await crypto.subtle.digest("SHA-256", bytes));
  }
  const worker = startWorker();
  try {
    if (worker) return await hashInWorker(worker, file, signal, onProgress);
  } catch (error) {
    if (!(error instanceof WorkerUnusable)) throw error;
  } finally {
    worker?.terminate();
  }
  return streamedSha256(file, signal, onProgress);
}

class WorkerUnusable extends Error {}

function startWorker() {
  try {
    return new Worker(new URL("./sha256_worker.js", import.meta.url), { type: "module" });
  } catch {
    return null;
  }
}

function hashInWorker(worker, file, signal, onProgress) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    worker.onerror = () => reject(new WorkerUnusable());
    worker.onmessage = ({ data }) => {
      if (data.done !== undefined) onProgress(data.done);
      else if (data.hash) resolve(data.hash);
      else reject(new DOMException(data.message, data.name));
    };
    worker.postMessage(file);
  });
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
