// Which media types the file chooser asks for. iPhones and iPads hand over their HEIC photos as JPEG to pages that do
// not name HEIC, and every browser shows those.

const HEIC = "image/heic";

export function askedFor(accept, { userAgent, maxTouchPoints = 0 }) {
  const isIos = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  const rest = accept.filter((mediaType) => mediaType !== HEIC);
  return (isIos && rest.length ? rest : accept).join(",");
}
