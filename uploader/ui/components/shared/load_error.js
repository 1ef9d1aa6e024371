// Why a picture did not load. An image element says only that it failed, so its first byte is asked for; where
// the bucket lets this page read no answers (CORS), that it was refused or is out of reach is all that is known.

async function whyNot(src) {
  const told = (word, sentence) => ({ word, sentence })
  if (!navigator.onLine) return told("Offline", "This device is offline.")
  try {
    const answer = await fetch(src, { headers: { Range: "bytes=0-0" }, cache: "no-store" })
    if (answer.ok) return told("No preview", "This browser cannot show this picture. Download gives the original.")
    const text = await answer.text()
    if (answer.status === 404) return told("Missing", "This picture is not in the bucket any more.")
    if (/expired/i.test(text)) return told("Link ended", "The link to this picture has ended.")
    if (answer.status >= 500) return told("No answer", `The bucket cannot hand it out just now (${answer.status}).`)
    const code = text.match(/<Code>(\w+)<\/Code>/)?.[1] ?? ""
    const reason = `${answer.status} ${code}`.trim()
    return told("Refused", `The bucket refuses to hand out this picture (${reason}).`)
  } catch {
    return told("Not loaded", "The bucket does not answer, or refuses to hand out this picture.")
  }
}
