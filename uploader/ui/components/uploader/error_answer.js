// An error page or message of a server, saved under an image's name; the rules come as data from Python.

// What it says: "AccessDenied", "404 Not Found"; "" where nothing can be quoted, null for what is no such message.
export async function errorAnswer(file, head, rules) {
  let start = 0;
  while (start < head.length && rules.space.includes(head[start])) start += 1;
  const text = head.slice(start);
  if (new RegExp(`^(?:${rules.markup})`, "i").test(text)) return new RegExp(rules.code).exec(text)?.[1] ?? "";
  if (text.startsWith("<")) {
    const title = new RegExp(rules.title, "i").exec(text)?.[1];
    return title?.trim().replace(/\s+/g, " ") ?? null;
  }
  return text.startsWith("{") && file.size <= rules.json_bytes
    ? jsonError(await file.arrayBuffer(), rules)
    : null;
}

function jsonError(bytes, rules) {
  let answer;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    answer = JSON.parse(text.replace(/^[\ufeff \t\r\n]+/, ""));
  } catch {
    return null;
  }
  const fields = new Map(Object.entries(answer).map(([name, value]) => [name.toLowerCase(), value]));
  if (!rules.json_keys.some((name) => fields.has(name))) return null;
  const quoted = new RegExp(`^(?:${rules.quoted})$`);
  const values = rules.quoted_keys.map((name) => fields.get(name));
  return values.find((value) => typeof value === "string" && quoted.test(value)) ?? "";
}
