// What a file is before any byte leaves: its kind by its first bytes, never by its name; folders walked.

const HEAD_BYTES = 32;
const LABELS = {
  "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/gif": "GIF", "image/avif": "AVIF",
  "image/heic": "HEIC", "image/bmp": "BMP", "image/tiff": "TIFF", "application/pdf": "PDF", "image/svg+xml": "SVG",
};

// The media type that the first bytes tell, or "".
async function kindOf(file) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const text = String.fromCharCode(...head);
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (/^GIF8[79]a/.test(text)) return "image/gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  if (text.slice(4, 8) === "ftyp") {
    const brands = text.slice(8);
    if (/avi[fs]/.test(brands)) return "image/avif";
    if (/hei[cfmsx]|hev[cx]|mif1|msf1/.test(brands)) return "image/heic";
    return "video/mp4";
  }
  if (text.startsWith("\x1aE\xdf\xa3")) return "video/webm";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "AVI ") return "video/x-msvideo";
  if (text.startsWith("BM")) return "image/bmp";
  if (/^(II\*\0|MM\0\*)/.test(text)) return "image/tiff";
  if (text.startsWith("%PDF")) return "application/pdf";
  if (/^\s*<(svg|\?xml)/i.test(text)) return "image/svg+xml";
  return "";
}

// Why this file cannot be taken, as a sentence, or "".
function whyNot(file, kind, options) {
  if (file.size === 0) return "This file is empty; choose another one.";
  if (file.size > options.maxBytes) {
    const [found, most] = [file.size, options.maxBytes].map(sizeLabel);
    return `This file is ${found}; the limit is ${most}.`;
  }
  if (options.accept.includes(kind)) return "";
  if (kind === "image/heic") {
    const extra = "ask the operator to install the heic extra: pip install -e '.[heic]'";
    return `This is a HEIC image, which this app cannot read yet. Export it as JPEG, or ${extra}.`;
  }
  if (kind.startsWith("video/")) return "Videos cannot be uploaded.";
  if (!LABELS[kind]) return "This is not an image.";
  const wanted = listed(options.accept.map((type) => LABELS[type] ?? type));
  const article = ["image/avif", "image/svg+xml"].includes(kind) ? "an" : "a";
  return `This is ${article} ${LABELS[kind]} file; choose a ${wanted} file.`;
}

function listed(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

// Bytes as people read them, in steps of 1,024 like the rest of the page: "4.2 MB".
function sizeLabel(bytes) {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const step = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const value = (bytes / 1024 ** step).toFixed(1).replace(/\.0$/, "");
  return `${value} ${["", "KB", "MB", "GB", "TB"][step]}`;
}

// The files of a drop: [{file, inFolder}]. Entries must be taken before the first await.
async function filesOf(transfer) {
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
    const file = await new Promise((done) => entry.file(done, () => done(null)));
    if (file) found.push({ file, inFolder });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // readEntries gives at most 100 at a time, and an empty list at the end
    const some = await new Promise((done) => reader.readEntries(done, () => done([])));
    if (some.length === 0) return;
    for (const child of some) await walk(child, true, found);
  }
}
