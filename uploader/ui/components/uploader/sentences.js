// What the list says, in words: each file's state and the summary. No document is needed here.

import { fractionSent, isDuplicate, isOpen } from "./job_states.js";
import { sizeLabel } from "./size_label.js";

const STATE_WORDS = {
  waiting: "Waiting",
  hashing: "Preparing",
  signing: "Preparing",
  ready: "Preparing",
  finishing: "Uploading 100 %",
  relayed: "Checking",
  sent: "Checking",
  verifying: "Checking",
  stored: "Uploaded",
  undoing: "Deleting",
  deleted: "Deleted",
};
const ESTIMATE_AFTER_MS = 3_000;

// What a row says of its file; `nowMs` is the clock that `job.resumesMs` was set by.
// On a stage it leaves out what S3 said of accounts and keys.
export function stateSentence(job, nowMs, { onStage = false } = {}) {
  if (onStage && job.state === "refused" && job.stageReason) return job.stageReason;
  if (job.reason) return job.reason;
  if (job.state === "sending") return `Uploading ${Math.floor(job.fraction * 100)} %`;
  if (job.state === "pausing") {
    return `${job.cause}, retrying in ${Math.ceil((job.resumesMs - nowMs) / 1000)} s`;
  }
  if (isDuplicate(job)) return job.earlier ? "Already in the gallery" : "You added this file twice.";
  if (job.state === "stored" && job.undoFault) return `Uploaded. ${job.undoFault}`;
  const words = STATE_WORDS[job.state];
  return job.state === "stored" && job.removed?.length
    ? `${words}. ${removedLabel(job.removed)} removed.`
    : words;
}

// What was removed, in the words that people look for; all of it stands in the row's title.
function removedLabel(removed) {
  const [place, camera] = ["location", "camera"].map((name) => removed.includes(name));
  if (place && camera) return "Location and camera data";
  return place ? "Location" : camera ? "Camera data" : "Hidden details";
}

// The gallery's image to show beside a job, and the words for it, or null. `shown` hides names where it must.
export function matchOf(job, shown) {
  if (isDuplicate(job)) {
    const { earlier } = job;
    return (
      earlier && { ...earlier, words: `“${shown(earlier.name)}”, uploaded ${timeLabel(earlier.uploadedAt)}` }
    );
  }
  const [image, ...others] = (job.state === "stored" && job.similar) || [];
  if (!image) return null;
  const more = others.length ? ` and ${others.length} more` : "";
  return { ...image, words: `Looks like “${shown(image.name)}” (${dayLabel(image.uploadedAt)})${more}` };
}

// "2 Nov 2026, 14:02", in the browser's time zone.
function timeLabel(date) {
  const options = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
  return date.toLocaleString("en-GB", options);
}

// "2 Nov", and the year where it is another one.
function dayLabel(date) {
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year });
}

// "Uploading 8 images · 1.2 of 9.2 MB · about 1 min left", then "2 uploaded · 2 duplicates · 11 not accepted".
export function summarySentence(queue) {
  const { jobs, skipped, busy } = queue;
  const number = (test) => jobs.filter(test).length;
  const isRefused = (job) => job.state === "refused";
  const parts = [
    !busy &&
      counted(
        number((job) => job.state === "stored"),
        "uploaded",
      ),
    counted(number(isDuplicate), "duplicate", "duplicates"),
    counted(
      number((job) => isRefused(job) && job.final),
      "not accepted",
    ),
    counted(
      number((job) => isRefused(job) && !job.final),
      "not uploaded",
    ),
    counted(
      number((job) => job.state === "cancelled"),
      "cancelled",
    ),
    counted(skipped, "other file skipped", "other files skipped"),
  ];
  return [...(busy ? progressOf(queue) : []), ...parts].filter(Boolean).join(" · ");
}

function counted(number, one, many = one) {
  return number && `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function progressOf({ jobs, busyMs }) {
  const counting = jobs.filter((job) => isOpen(job) || job.state === "stored");
  const sum = (fraction) => counting.reduce((bytes, job) => bytes + job.size * fraction(job), 0);
  const [sent, total] = [sum(fractionSent), sum(() => 1)];
  const leftMs = sent > 0 ? (busyMs / sent) * (total - sent) : 0;
  const sizes = `${sizeLabel(sent)} of ${sizeLabel(total)}`;
  const isSteady = busyMs > ESTIMATE_AFTER_MS && sent > 0;
  const speed = isSteady && `${sizeLabel(Math.round((sent / busyMs) * 1_000))}/s`;
  const images = counted(counting.length, "image", "images");
  return [`Uploading ${images}`, sizes, speed, isSteady && timeLeftLabel(leftMs)];
}

// How long it will take, as people say it; nothing where it is nearly over.
function timeLeftLabel(ms) {
  const seconds = Math.ceil(ms / 5_000) * 5;
  if (seconds < 10) return "";
  return seconds < 60 ? `about ${seconds} s left` : `about ${Math.ceil(seconds / 60)} min left`;
}
