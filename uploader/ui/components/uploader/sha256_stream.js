// SHA-256 in JavaScript, a step at a time (FIPS 180-4, section 6.2), for where `crypto.subtle` is missing.

const K = new Uint32Array(64);
const INITIAL = new Uint32Array(8);
const fractionBits = (n, power) => ((Math.pow(n, power) % 1) * 2 ** 32) | 0;
for (let n = 2, found = 0; found < 64; n += 1) {
  let prime = true;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
  if (!prime) continue;
  if (found < 8) INITIAL[found] = fractionBits(n, 1 / 2);
  K[found++] = fractionBits(n, 1 / 3);
}
const W = new Uint32Array(64);
const rotate = (x, n) => (x >>> n) | (x << (32 - n));

const STEP_BYTES = 2 ** 20; // a whole number of blocks; about 25 ms each

// Resolves with the hash as hex; `onProgress` gets the number of bytes done.
export async function streamedSha256(file, signal, onProgress) {
  const H = Uint32Array.from(INITIAL);
  let rest = new Uint8Array(0);
  for (let start = 0; start < file.size; start += STEP_BYTES) {
    signal?.throwIfAborted();
    const bytes = new Uint8Array(await file.slice(start, start + STEP_BYTES).arrayBuffer());
    const whole = bytes.length - (bytes.length % 64);
    for (let at = 0; at < whole; at += 64) hashBlock(H, bytes, at);
    rest = bytes.slice(whole);
    onProgress?.(start + bytes.length);
    await new Promise((resolve) => setTimeout(resolve));
  }
  const end = padded(rest, file.size);
  for (let at = 0; at < end.length; at += 64) hashBlock(H, end, at);
  return Array.from(H, (word) => word.toString(16).padStart(8, "0")).join("");
}

function hashBlock(H, bytes, at) {
  for (let i = 0; i < 16; i += 1, at += 4) {
    W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = W[i - 15];
    const y = W[i - 2];
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    W[i] = W[i - 16] + s0 + W[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = H;
  for (let i = 0; i < 64; i += 1) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  H[0] += a;
  H[1] += b;
  H[2] += c;
  H[3] += d;
  H[4] += e;
  H[5] += f;
  H[6] += g;
  H[7] += h;
}

// The last block or two: the rest of the message, a one bit, zeros, and the length in bits.
function padded(rest, totalBytes) {
  const blocks = new Uint8Array(rest.length < 56 ? 64 : 128);
  blocks.set(rest);
  blocks[rest.length] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setUint32(blocks.length - 8, Math.floor(totalBytes / 2 ** 29));
  view.setUint32(blocks.length - 4, (totalBytes * 8) >>> 0);
  return blocks;
}
