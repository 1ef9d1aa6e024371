// Why a file is not taken, before any byte leaves.

import { sizeLabel } from "./size_label.js";

const LABELS = {
  "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/gif": "GIF", "image/avif": "AVIF",
  "image/heic": "HEIC", "image/bmp": "BMP", "image/tiff": "TIFF", "application/pdf": "PDF", "image/svg+xml": "SVG",
};

// A sentence, or "" where the file may be sent.
export function rejectionFor(file, mediaType, options) {
  if (file.size === 0) return "This file is empty; choose another one.";
  if (file.size > options.maxBytes) {
    const [found, most] = [file.size, options.maxBytes].map(sizeLabel);
    return `This file is ${found}; the limit is ${most}.`;
  }
  if (options.accept.includes(mediaType)) return "";
  if (mediaType === "image/heic") {
    const extra = "ask the operator to install the heic extra: pip install -e '.[heic]'";
    return `This is a HEIC image, which this app cannot read yet. Export it as JPEG, or ${extra}.`;
  }
  if (mediaType.startsWith("video/")) return "Videos cannot be uploaded.";
  if (!LABELS[mediaType]) return "This is not an image.";
  const wanted = joinedByOr(options.accept.map((type) => LABELS[type] ?? type));
  const article = ["image/avif", "image/svg+xml"].includes(mediaType) ? "an" : "a";
  return `This is ${article} ${LABELS[mediaType]} file; choose a ${wanted} file.`;
}

function joinedByOr(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
