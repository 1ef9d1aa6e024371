// The files of a drop, folders walked.

// [{file, inFolder}]. Entries must be taken before the first await: the browser empties the transfer then.
export async function droppedFiles(transfer) {
  const entries = Array.from(transfer.items ?? [], (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) {
    return Array.from(transfer.files, (file) => ({ file, inFolder: false }));
  }
  const found = [];
  for (const entry of entries) await walk(entry, false, found);
  return found;
}

async function walk(entry, inFolder, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push({ file, inFolder });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // readEntries gives at most 100 at a time, and an empty list at the end
    const batch = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (batch.length === 0) return;
    for (const child of batch) await walk(child, true, found);
  }
}
