// What a file is by its first bytes, never by its name (magic numbers): the table of formats comes as data from Python.

// TIFF tags and values of camera RAW files; images/foreign_formats.py has the same rule.
const TAG = {
  dng: 50706,
  make: 271,
  strips: 273,
  tiles: 324,
  subDirectories: 330,
  kind: 254,
  photometric: 262,
};
const PREVIEW_FIRST = 1;
const COLOUR_FILTER = 32803;

// The bytes from `start` to `end` as Latin-1 text, a character a byte.
export async function readLatin1(file, start, end) {
  const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8_192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return text;
}

// The row of the table for this file, or undefined where nothing is known of it.
export async function sniffFormat(file, head, formats) {
  const found = head.slice(4, 8) === "ftyp" ? byBrand(head, formats) : bySignature(head, formats);
  if (found?.name === "TIFF" && (await isRaw(file))) return formats.find((row) => row.name === "RAW");
  return found;
}

function bySignature(head, formats) {
  const lower = head.toLowerCase();
  const signed = formats.find((row) =>
    row.signatures.some((marks) => marks.every((mark) => fits(mark, head))),
  );
  return signed ?? formats.find((row) => row.texts.some((text) => lower.includes(text)));
}

function fits({ offset, value, mask }, head) {
  const found = head.slice(offset, offset + value.length);
  if (!mask) return found === value;
  const masked = Array.from(found, (byte, at) =>
    String.fromCharCode(byte.charCodeAt(0) & mask.charCodeAt(at)),
  );
  return masked.join("") === value;
}

// Any brand makes an image; only the first one makes sound or RAW (ISO/IEC 14496-12, 4.3).
function byBrand(head, formats) {
  const number = [0, 1, 2, 3].reduce((sum, at) => sum * 256 + head.charCodeAt(at), 0);
  const end = Math.min(number, head.length);
  const major = head.slice(8, 12);
  const brands = [major];
  for (let at = 16; at < end - 3; at += 4) brands.push(head.slice(at, at + 4));
  const has = (row) => row.brands.some((brand) => brands.includes(brand));
  return (
    formats.find((row) => row.can_be_taken && has(row)) ??
    formats.find((row) => row.brands.includes(major)) ??
    formats.find((row) => row.media_type.startsWith("image/") && has(row)) ??
    formats.find((row) => row.name === "VIDEO")
  );
}

// Cameras' TIFFs show a preview first and keep the sensor's data in directories below, or are DNG.
async function isRaw(file) {
  const view = async (start, end) => new DataView(await file.slice(start, end).arrayBuffer());
  const header = await view(0, 8);
  if (header.byteLength < 8) return false;
  const isLittle = header.getUint8(0) === 0x49;
  const start = header.getUint32(4, isLittle);
  if (start + 2 > file.size) return false;
  const count = (await view(start, start + 2)).getUint16(0, isLittle);
  const rows = await view(start + 2, start + 2 + 12 * count);
  const tags = new Map();
  for (let at = 0; at + 12 <= rows.byteLength; at += 12) {
    const isFirst = isLittle || rows.getUint16(at + 2, isLittle) === 3;
    tags.set(rows.getUint16(at, isLittle), rows.getUint16(at + (isFirst ? 8 : 10), isLittle));
  }
  if (tags.has(TAG.dng)) return true;
  const hasPixels = tags.has(TAG.strips) || tags.has(TAG.tiles);
  const isPreview = tags.get(TAG.kind) === PREVIEW_FIRST || tags.has(TAG.subDirectories) || !hasPixels;
  return tags.has(TAG.make) && (isPreview || tags.get(TAG.photometric) === COLOUR_FILTER);
}
