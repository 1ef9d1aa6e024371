// The files of a paste. Browsers call each picture of the clipboard "image.png": such a one is named by its moment.

const FRESH_MS = 60_000; // what was copied as a file keeps the time at which that was changed

// [{file, inFolder}]; none where text is pasted into a field.
export function pastedFiles(event, now = new Date()) {
  const transfer = event.clipboardData;
  const files = Array.from(transfer?.files ?? []);
  if (isField(event.composedPath()[0]) && transfer?.types.includes("text/plain")) return [];
  const names = new Set();
  return files.map((file) => ({ file: named(file, now, names), inFolder: false }));
}

function isField(element) {
  return element?.isContentEditable || ["INPUT", "TEXTAREA"].includes(element?.tagName);
}

function named(file, now, names) {
  const extension = file.name.match(/^image\.(\w+)$/)?.[1];
  if (!extension || now - file.lastModified > FRESH_MS) return file;
  const stem = `Screenshot ${momentLabel(now)}`;
  let name = `${stem}.${extension}`;
  for (let n = 2; names.has(name); n += 1) name = `${stem} (${n}).${extension}`;
  names.add(name);
  return new File([file], name, { type: file.type, lastModified: file.lastModified });
}

// "2026-11-25 14.02.31", in the browser's time zone; no colon, which file names may not hold everywhere.
function momentLabel(date) {
  const [year, month, day, hour, minute, second] = [
    date.getFullYear(),
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
  ].map((number) => String(number).padStart(2, "0"));
  return `${year}-${month}-${day} ${hour}.${minute}.${second}`;
}
