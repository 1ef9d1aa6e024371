// Why a picture did not load. An image element says only that it failed, so its first byte is asked for; where
// the bucket lets this page read no answers (CORS), that it was refused or is out of reach is all that is known.

// {word, sentence, isAboutPreview}: the last where only this picture is missing or cannot be shown.
export async function loadErrorOf(src) {
  if (!navigator.onLine) return loadError("Offline", "This device is offline.");
  try {
    const answer = await fetch(src, { headers: { Range: "bytes=0-0" }, cache: "no-store" });
    return answer.ok ? UNREADABLE : errorFromAnswer(answer.status, await answer.text());
  } catch {
    return loadError("Not loaded", "The bucket does not answer, or refuses to hand out this picture.");
  }
}

const loadError = (word, sentence, isAboutPreview = false) => ({ word, sentence, isAboutPreview });
const UNREADABLE = loadError(
  "No preview",
  "This browser cannot show this picture. Download gives the original.",
  true,
);

function errorFromAnswer(status, text) {
  if (status === 404) return loadError("Missing", "This picture is not in the bucket any more.", true);
  if (/expired/i.test(text)) return loadError("Link ended", "The link to this picture has ended.");
  if (status >= 500) return loadError("No answer", `The bucket cannot hand it out just now (${status}).`);
  const code = text.match(/<Code>(\w+)<\/Code>/)?.[1] ?? "";
  const reason = `${status} ${code}`.trim();
  return loadError("Refused", `The bucket refuses to hand out this picture (${reason}).`);
}
