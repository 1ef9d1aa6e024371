// The notice that nothing can be sent to the bucket from here, with what to do.

import { corsRule, unreachableAdvice } from "./blocked_advice.js";

export function drawNotice(parts, { notice, jobs, options }) {
  parts.notice.hidden = !notice;
  if (!notice) return;
  const isCors = notice.kind === "cors";
  parts.details.hidden = !isCors;
  const files = jobs.filter((job) => job.blocked).length;
  parts.switch.textContent = `Send ${files === 1 ? "1 file" : `${files} files`} through the app`;
  parts.switch.hidden = !files;
  parts["notice-title"].textContent = isCors
    ? "Uploads are not set up for this page yet"
    : "The bucket cannot be reached from this browser";
  parts["notice-text"].textContent = isCors
    ? "We can send your files through the app instead."
    : unreachableAdvice(notice.url, location);
  if (!isCors) return;
  parts.cure.textContent = `The bucket needs a CORS rule for ${location.origin}. Paste this in S3 under Permissions,
      Cross-origin resource sharing.`;
  parts.rule.textContent = corsRule(options.corsRule, location.origin);
}

export async function copyRule({ rule, copy }) {
  try {
    await navigator.clipboard.writeText(rule.textContent);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy the rule"), 2_000);
  } catch {
    getSelection().selectAllChildren(rule); // the clipboard needs https; a selection does not
    copy.textContent = "Selected; press Ctrl+C";
  }
}
