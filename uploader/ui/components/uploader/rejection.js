// Why a file is not taken, before any byte leaves: the same checks in the same words as the server's, from its data.

import { errorAnswer } from "./error_answer.js";
import { sizeLabel } from "./size_label.js";
import { readLatin1, sniffFormat } from "./sniffing.js";

// {name, mediaType, isImage, rejection}: what a file is, and a sentence, or "" where it may be sent.
export async function judgeFile(file, rules) {
  const head = await readLatin1(file, 0, rules.head_bytes).catch(() => "");
  const found = await sniffFormat(file, head, rules.formats).catch(() => undefined);
  const { name = "", media_type: mediaType = "" } = found ?? {};
  const isImage = rules.accept.includes(mediaType);
  return { name, mediaType, isImage, rejection: await rejectionFor(file, head, found, rules) };
}

async function rejectionFor(file, head, found, rules) {
  if (file.size === 0) return rules.empty;
  if (file.size > rules.max_bytes) return tooLarge(file.size, rules);
  if (found?.rejection === "") return "";
  const answer = await errorAnswer(file, head, rules.answers).catch(() => null);
  if (answer !== null) return filled(rules.error_message, { quoted: answer && ` (${answer})` });
  return found?.rejection ?? rules.unknown;
}

function tooLarge(size, rules) {
  const found = sizeLabel(size);
  if (found !== rules.max_label) return filled(rules.too_large, { found, allowed: rules.max_label });
  const [exact, allowed] = [size, rules.max_bytes].map((bytes) => `${bytes.toLocaleString("en")} bytes`);
  return filled(rules.too_large, { found: exact, allowed });
}

function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
