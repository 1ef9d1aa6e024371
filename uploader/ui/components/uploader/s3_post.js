// The presigned POST to S3, and what each answer means.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html

import { changedFileError, FILE_CHANGED, UploadError } from "./upload_error.js";
import { postWithProgress } from "./xhr.js";

// Resolves with S3's request id once it says that it stored the bytes. Throws UploadError.
export async function postForm({ url, fields }, file, signal, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file, "image"); // last: S3 ignores what follows; a NUL in its own name is refused
  const answer = await postWithProgress(url, form, { signal, onProgress });
  if (answer.status >= 200 && answer.status < 300) {
    return answer.request.getResponseHeader("x-amz-request-id") || "";
  }
  throw answer.status === 0
    ? await noAnswerError(url, file, answer)
    : errorFromXml(answer.status, answer.body);
}

// Status 0 has several causes, and the browser names none of them.
async function noAnswerError(url, file, { progressed, handedOver }) {
  const changed = await changedFileError(file);
  if (changed) return changed;
  if (handedOver) {
    return new UploadError("unconfirmed", "The connection broke before S3 answered; try again.");
  }
  if (progressed) return new UploadError("retry", "The connection to the bucket broke; try again.");
  if (!navigator.onLine) {
    return new UploadError("retry", "This computer is offline; try again once it is connected.");
  }
  try {
    await fetch(url, { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(8_000) });
  } catch {
    return new UploadError("unreachable", "Not sent: the bucket cannot be reached from this browser.");
  }
  return new UploadError("cors", "Not sent: the bucket has no CORS rule for this page.");
}

// S3's error XML as one sentence with its code.
function errorFromXml(status, body) {
  const xml = new DOMParser().parseFromString(body, "text/xml");
  const code = xml.querySelector("Error > Code")?.textContent ?? "";
  const message = xml.querySelector("Error > Message")?.textContent ?? "";
  if (/policy expired/i.test(message)) {
    return new UploadError("expired", "The form expired; try again.", { code });
  }
  const changed = ["BadDigest", "EntityTooLarge", "EntityTooSmall"].includes(code);
  if (changed) return new UploadError("changed", FILE_CHANGED, { code });
  if (status >= 500 || status === 429 || code === "RequestTimeout") {
    const sentence = `S3 is busy (${code || status}); try again in a moment.`;
    return new UploadError("retry", sentence, { code, waitMs: 2_000 });
  }
  const sentence = `S3 refused this file (${code || status}): ${message || "no reason was given."}`;
  return new UploadError("final", sentence, {
    code,
    stageReason: `S3 refused this file (${code || status}).`,
  });
}
