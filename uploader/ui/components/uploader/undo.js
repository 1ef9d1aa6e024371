// Taking back an upload: the page's Python deletes the image, and says how that went.

// `undone` is {key: [number of the request, sentence]}; the sentence is empty where the image is deleted.
export function settleUndo(job, undone) {
  if (job.state !== "undoing") return;
  const [seq, sentence] = undone[job.key] ?? [0, ""];
  if (seq !== job.undoSeq) return; // the answer to an earlier request
  if (sentence) Object.assign(job, { state: "stored", undoFault: sentence });
  else Object.assign(job, { state: "deleted", fraction: 0 });
}
