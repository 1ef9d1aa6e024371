// Calls to this app's own routes, and what each answer means.

import { changedFileError, UploadError } from "./upload_error.js";
import { postWithProgress } from "./xhr.js";

const TIMEOUT_MS = 90_000; // a check takes 20 s at most, and may queue before that
const LONGEST_WAIT_S = 60; // what takes longer, such as a day's bytes used up, is for the person to know
const UNREACHABLE = "The server cannot be reached; check the connection and try again.";

// One JSON call. Throws UploadError.
export async function callApi(url, body, pass, signal) {
  let response;
  let text;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${pass}` },
      body: JSON.stringify(body),
      credentials: "same-origin", // a proxy in front may have its own sign-in; the routes read no cookie
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    text = await response.text();
  } catch {
    signal.throwIfAborted();
    throw new UploadError("retry", UNREACHABLE);
  }
  return parseAnswer(url, response, (name) => response.headers.get(name), text);
}

// Sends one file to our own server, which stores it: for browsers that cannot reach the bucket. Throws UploadError.
export async function relayFile(url, { file, name, storeDuplicate }, pass, signal, onProgress) {
  const headers = { Authorization: `Bearer ${pass}`, "X-File-Name": encodeURIComponent(name.toWellFormed()) };
  if (storeDuplicate) headers["X-Upload-Again"] = "1";
  const { status, body, request } = await postWithProgress(url, file, { signal, onProgress, headers });
  if (!status) throw (await changedFileError(file)) ?? new UploadError("retry", UNREACHABLE);
  return parseAnswer(
    url,
    { status, ok: status === 200 },
    (header) => request.getResponseHeader(header),
    body,
  );
}

// `header` gives one of the answer's headers. Throws UploadError for all but a JSON answer with a good status.
function parseAnswer(url, { status, ok, redirected }, header, text) {
  const isJson = header("Content-Type")?.startsWith("application/json");
  if (!isJson && [502, 503, 504].includes(status)) {
    throw new UploadError("retry", "The server is not answering just now; try again in a moment.");
  }
  if (!isJson && (redirected || [401, 403].includes(status))) {
    throw new UploadError("final", "The sign-in in front of this app has ended; reload the page.");
  }
  const answer = isJson ? parseJson(text) : null;
  if (!answer) {
    const sentence = `The address ${url} is not served by this app; start it with: streamlit run dashboard.py`;
    throw new UploadError("final", sentence);
  }
  if (ok) return answer;
  throw errorFromAnswer(status, header("Retry-After"), answer);
}

function errorFromAnswer(status, retryAfter, { error: { code, message } = {}, earlier }) {
  const sentence = message || `The server answered ${status}; try again.`;
  const facts = { status, code, earlier };
  if (status === 401) return new UploadError("pass", sentence, facts);
  if (status === 410) return new UploadError("expired", sentence, facts);
  if (status !== 429 && status !== 503) return new UploadError("final", sentence, facts);
  const seconds = Number(retryAfter) || 2;
  if (code === "store_full" || (status === 429 && seconds > LONGEST_WAIT_S)) {
    return new UploadError("final", sentence, facts);
  }
  return new UploadError("retry", sentence, { ...facts, waitMs: Math.min(seconds, LONGEST_WAIT_S) * 1000 });
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
