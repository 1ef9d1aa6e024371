// Hashes the file that it is sent; answers {done} in bytes, then {hash}, or {name, message} of an error.

import { streamedSha256 } from "./sha256_stream.js";

globalThis.onmessage = async ({ data: file }) => {
  try {
    const hash = await streamedSha256(file, null, (done) => postMessage({ done }));
    postMessage({ hash });
  } catch (error) {
    postMessage({ name: error.name, message: error.message });
  }
};
