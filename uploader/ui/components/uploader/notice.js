// The notice that files go through the app because the bucket cannot be reached, and what an administrator can do.

import { corsRule, unreachableAdvice } from "./blocked_advice.js";

export function drawNotice(parts, { notice, options }) {
  parts.notice.hidden = !notice;
  if (!notice) return;
  const isCors = notice.kind === "cors";
  for (const name of ["rule", "copy"]) parts[name].hidden = !isCors;
  const cause = isCors
    ? "The bucket takes no files from this page yet"
    : "The bucket cannot be reached from this browser";
  parts["notice-title"].textContent = `${cause}, so your files go through the app.`;
  parts.cure.textContent = isCors
    ? `The bucket needs a CORS rule for ${location.origin}. Paste this in S3 under Permissions,
      Cross-origin resource sharing.`
    : unreachableAdvice(notice.url, location);
  if (isCors) parts.rule.textContent = corsRule(options.corsRule, location.origin);
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
