// What goes over the wire: the two routes, the POST to S3, and what each answer means.

// `kind` decides what happens next: "again" (after `waitMs`), "expired", "changed", "cors", "unreachable", "final".
class Trouble extends Error {
  constructor(kind, sentence, facts = {}) {
    super(sentence);
    Object.assign(this, { name: "Trouble", kind, ...facts });
  }
}

const CHANGED = "This file changed while it was being sent; choose it again.";
const API_TIMEOUT_MS = 90_000; // a check takes 20 s at most, and may queue before that
const QUIET_MS = 60_000; // no byte moved for so long: the connection is dead

// One call to our own server. Throws Trouble.
async function callApi(url, body, pass, signal) {
  let response;
  let text;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${pass}` },
      body: JSON.stringify(body),
      credentials: "same-origin", // a proxy in front may have its own sign-in; the routes read no cookie
      signal: AbortSignal.any([signal, AbortSignal.timeout(API_TIMEOUT_MS)]),
    });
    text = await response.text();
  } catch {
    signal.throwIfAborted();
    throw new Trouble("again", "The server cannot be reached; check the connection and try again.");
  }
  return answerOf(url, response, (name) => response.headers.get(name), text);
}

// Sends one file to our own server, which stores it: for browsers that cannot reach the bucket. Throws Trouble.
async function relayFile(url, { file, name, anyway }, pass, signal, onProgress) {
  const headers = { Authorization: `Bearer ${pass}`, "X-File-Name": encodeURIComponent(name.toWellFormed()) };
  if (anyway) headers["X-Upload-Again"] = "1";
  const { status, body, request } = await exchange(url, file, signal, onProgress, headers);
  if (status) return answerOf(url, { status, ok: status === 200 }, (header) => request.getResponseHeader(header), body);
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Trouble("changed", CHANGED);
  }
  throw new Trouble("again", "The server cannot be reached; check the connection and try again.");
}

// What our own server answered; `header` gives one of its headers. Throws Trouble.
function answerOf(url, { status, ok, redirected }, header, text) {
  const isJson = header("Content-Type")?.startsWith("application/json");
  if (!isJson && [502, 503, 504].includes(status)) {
    throw new Trouble("again", "The server is not answering just now; try again in a moment.");
  }
  if (!isJson && (redirected || [401, 403].includes(status))) {
    throw new Trouble("final", "The sign-in in front of this app has ended; reload the page.");
  }
  const answer = isJson ? parsed(text) : null;
  if (!answer) {
    const sentence = `The address ${url} is not served by this app; start it with: streamlit run dashboard.py`;
    throw new Trouble("final", sentence);
  }
  if (ok) return answer;
  throw refusal(status, header("Retry-After"), answer);
}

function refusal(status, retryAfter, { error: { code, message } = {}, earlier }) {
  const sentence = message || `The server answered ${status}; try again.`;
  const facts = { status, code, earlier };
  if (status === 401) return new Trouble("pass", sentence, facts);
  if (status === 410) return new Trouble("expired", sentence, facts);
  if (status !== 429 && status !== 503) return new Trouble("final", sentence, facts);
  const seconds = Number(retryAfter) || 2;
  return new Trouble("again", sentence, { ...facts, waitMs: Math.min(seconds, 60) * 1000 });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// A picture's address, or "" where it is elsewhere than in the bucket.
function inBucket(src, bucketUrl) {
  return src.startsWith(`${new URL(bucketUrl).origin}/`) ? src : "";
}

// An image of the gallery as a row shows it.
function inGallery({ key, name, thumbnail_url: thumbnail, uploaded_at: at }, bucketUrl) {
  const page = `gallery?image=${encodeURIComponent(key.split("/").at(-1))}`; // beside this page, whatever its folder
  return { name, page, src: inBucket(thumbnail, bucketUrl), at: new Date(at) };
}

// Posts the form to S3; resolves with S3's request id once it says that it stored the bytes. Throws Trouble.
async function postForm({ url, fields }, file, signal, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file, "image"); // last: S3 ignores what follows; a NUL in its own name is refused
  const { status, body, moved, whole, request } = await exchange(url, form, signal, onProgress);
  if (status >= 200 && status < 300) return request.getResponseHeader("x-amz-request-id") || "";
  if (status === 0) throw await silence(url, file, moved, whole);
  throw s3Refusal(status, body);
}

// One POST whose progress is told; status 0 where no answer came.
function exchange(url, content, signal, onProgress, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const found = { status: 0, body: "", moved: false, whole: false };
    let watch;
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => request.abort(), QUIET_MS);
    };
    const abort = () => request.abort();
    request.upload.onprogress = ({ loaded, total }) => {
      found.moved = true;
      alive();
      onProgress(loaded / total);
    };
    request.upload.onload = () => {
      found.whole = true; // handed to the socket, not stored
      alive();
    };
    request.onloadend = () => {
      clearTimeout(watch);
      signal.removeEventListener("abort", abort);
      if (signal.aborted) return reject(signal.reason);
      const { status } = request;
      resolve({ ...found, request, status, body: status ? request.responseText : "" });
    };
    signal.addEventListener("abort", abort);
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    alive();
    request.send(content);
  });
}

// Status 0 has four causes, and the browser names none of them.
async function silence(url, file, moved, whole) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    return new Trouble("changed", CHANGED);
  }
  if (whole) return new Trouble("unsure", "The connection broke before S3 answered; try again.");
  if (moved) return new Trouble("again", "The connection to the bucket broke; try again.");
  if (!navigator.onLine) return new Trouble("again", "This computer is offline; try again once it is connected.");
  try {
    await fetch(url, { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(8_000) });
  } catch {
    return new Trouble("unreachable", "Not sent: the bucket cannot be reached from this browser.");
  }
  return new Trouble("cors", "Not sent: the bucket has no CORS rule for this page.");
}

// S3's error XML as one sentence with its code.
function s3Refusal(status, body) {
  const xml = new DOMParser().parseFromString(body, "text/xml");
  const code = xml.querySelector("Error > Code")?.textContent ?? "";
  const said = xml.querySelector("Error > Message")?.textContent ?? "";
  if (/policy expired/i.test(said)) return new Trouble("expired", "The form expired; try again.", { code });
  const changed = ["BadDigest", "EntityTooLarge", "EntityTooSmall"].includes(code);
  if (changed) return new Trouble("changed", CHANGED, { code });
  if (status >= 500 || status === 429 || code === "RequestTimeout") {
    return new Trouble("again", `S3 is busy (${code || status}); try again in a moment.`, { code, waitMs: 2_000 });
  }
  return new Trouble("final", `S3 refused this file (${code || status}): ${said || "no reason was given."}`, { code });
}

// The bucket's CORS rule that lets this page send, as S3's console takes it.
function corsRule() {
  return `[{
  "AllowedOrigins": [${JSON.stringify(location.origin)}],
  "AllowedMethods": ["GET", "HEAD", "POST"],
  "AllowedHeaders": ["*"],
  "ExposeHeaders": ["ETag", "Location", "x-amz-request-id"],
  "MaxAgeSeconds": 3000
}]`;
}

// What to do when no byte can reach the bucket from here.
function unreachableAdvice(url) {
  const { hostname, origin, protocol } = new URL(url);
  const isLocal = (name) => ["localhost", "127.0.0.1", "[::1]"].includes(name);
  if (isLocal(hostname) && !isLocal(location.hostname)) {
    return `The local store at ${origin} answers only on the machine that runs this app. Open this page there, or send
      through the app.`;
  }
  if (protocol === "http:" && location.protocol === "https:") {
    return `This page is https and the bucket's address ${origin} is not, so the browser blocks it. Send through the app,
      or give the bucket an https address.`;
  }
  return `No answer came from ${origin}. Check the network, a firewall or a blocker in this browser, or send through
    the app.`;
}
