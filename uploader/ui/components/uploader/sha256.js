// SHA-256 of a file, as hex. `crypto.subtle` exists only on https and localhost; elsewhere the same in JavaScript,
// in a worker so that the page stays quick, or in small steps where a policy forbids workers.

const SUBTLE_MAX_BYTES = 128 * 2 ** 20; // crypto.subtle wants the whole file in memory at once
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function sha256(file, signal, onProgress) {
  if (globalThis.crypto?.subtle && file.size <= SUBTLE_MAX_BYTES) {
    const bytes = await file.arrayBuffer();
    signal.throwIfAborted();
    return hex(await crypto.subtle.digest("SHA-256", bytes));
  }
  try {
    return await inWorker(file, signal, onProgress);
  } catch (error) {
    if (error.name !== "NoWorker") throw error;
    return streamedSha256().of(file, signal, onProgress);
  }
}

// Runs `streamedSha256` in a worker made from its own source text.
function inWorker(file, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const noWorker = () => reject(Object.assign(new Error("no worker"), { name: "NoWorker" }));
    const source = `(${streamedSha256})().serve(self)`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    let worker;
    try {
      worker = new Worker(url);
    } catch {
      URL.revokeObjectURL(url);
      return noWorker();
    }
    const end = (settle, value) => {
      worker.terminate();
      URL.revokeObjectURL(url);
      signal.removeEventListener("abort", stop);
      settle(value);
    };
    const stop = () => end(reject, signal.reason);
    signal.addEventListener("abort", stop);
    worker.onerror = () => end(noWorker);
    worker.onmessage = ({ data }) => {
      if (data.done !== undefined) onProgress(data.done);
      else if (data.hash) end(resolve, data.hash);
      else end(reject, new DOMException(data.message, data.name));
    };
    worker.postMessage(file);
  });
}

// Self-contained, because a worker gets only this function's text. FIPS 180-4, section 6.2.
function streamedSha256() {
  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  const root = (n, power) => ((Math.pow(n, power) % 1) * 2 ** 32) | 0;
  for (let n = 2, found = 0; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = root(n, 1 / 2);
    K[found++] = root(n, 1 / 3);
  }
  const W = new Uint32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  function block(H, bytes, at) {
    for (let i = 0; i < 16; i += 1, at += 4) {
      W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = W[i - 15];
      const y = W[i - 2];
      W[i] = W[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + W[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < 64; i += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    H[0] += a; H[1] += b; H[2] += c; H[3] += d; H[4] += e; H[5] += f; H[6] += g; H[7] += h;
  }

  function tail(rest, total) {
    const padded = new Uint8Array(rest.length < 56 ? 64 : 128);
    padded.set(rest);
    padded[rest.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(total / 2 ** 29));
    view.setUint32(padded.length - 4, (total * 8) >>> 0);
    return padded;
  }

  const STEP = 2 ** 20; // a whole number of blocks; about 25 ms each

  async function of(file, signal, onProgress) {
    const H = Uint32Array.from(START);
    let rest = new Uint8Array(0);
    for (let from = 0; from < file.size; from += STEP) {
      signal?.throwIfAborted();
      const bytes = new Uint8Array(await file.slice(from, from + STEP).arrayBuffer());
      const whole = bytes.length - (bytes.length % 64);
      for (let at = 0; at < whole; at += 64) block(H, bytes, at);
      rest = bytes.slice(whole);
      onProgress?.(from + bytes.length);
      await new Promise((go) => setTimeout(go));
    }
    const end = tail(rest, file.size);
    for (let at = 0; at < end.length; at += 64) block(H, end, at);
    return Array.from(H, (word) => word.toString(16).padStart(8, "0")).join("");
  }

  function serve(scope) {
    scope.onmessage = async ({ data: file }) => {
      try {
        const hash = await of(file, null, (done) => scope.postMessage({ done }));
        scope.postMessage({ hash });
      } catch (error) {
        scope.postMessage({ name: error.name, message: error.message });
      }
    };
  }

  return { of, serve };
}
