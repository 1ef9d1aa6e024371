// What a file is by its first bytes, never by its name (magic numbers, MIME sniffing).

const HEAD_BYTES = 32;

// The media type that the first bytes tell, or "".
export async function sniffMediaType(file) {
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
