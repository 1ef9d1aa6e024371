// Why an upload step did not succeed.

export const FILE_CHANGED = "This file changed while it was being sent; choose it again.";

// `kind` decides what happens next: "retry" (after `waitMs`), "expired", "pass", "changed", "cors", "unreachable",
// "unconfirmed" (all bytes were sent, and no answer came), "final". The message is the sentence that the row shows,
// `stageReason` the same without S3's own words, which may name accounts, roles and keys.
export class UploadError extends Error {
  constructor(kind, sentence, facts = {}) {
    super(sentence);
    Object.assign(this, { name: "UploadError", kind, ...facts });
  }
}

// An UploadError where the file can no longer be read as it was chosen, else null.
export async function changedFileError(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return null;
  } catch {
    return new UploadError("changed", FILE_CHANGED);
  }
}
