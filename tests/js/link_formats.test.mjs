import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { chooseLinkFormat, linkFormat, linksText } from "../../uploader/ui/components/shared/link_formats.js";

const ADDRESS = "https://app.test/i/a1";
const links = (...names) => linksText(names.map((name) => ({ url: ADDRESS, name })));

function keepIn(store) {
  globalThis.localStorage = {
    getItem: (name) => store.get(name) ?? null,
    setItem: (name, value) => store.set(name, value),
  };
}

afterEach(() => {
  delete globalThis.localStorage;
  chooseLinkFormat("link");
});

test("a link is bare, Markdown or HTML, one a line", () => {
  assert.equal(links("a.jpg", "b.jpg"), `${ADDRESS}\n${ADDRESS}`);
  chooseLinkFormat("markdown");
  assert.equal(links("a.jpg"), `![a\\.jpg](${ADDRESS})`);
  chooseLinkFormat("html");
  assert.equal(links("a.jpg"), `<img src="${ADDRESS}" alt="a.jpg">`);
});

test("a name breaks out of neither Markdown nor HTML", () => {
  const name = `](x) <b>\n"&'\\`;
  chooseLinkFormat("markdown");
  assert.equal(links(name), `![\\]\\(x\\) \\<b\\> "\\&'\\\\](${ADDRESS})`);
  chooseLinkFormat("html");
  assert.equal(links(name), `<img src="${ADDRESS}" alt="](x) &lt;b&gt;\n&quot;&amp;&#x27;\\">`);
});

test("the browser remembers the format, and what it does not know is a bare link", () => {
  const kept = new Map();
  keepIn(kept);
  chooseLinkFormat("html");
  assert.equal(linkFormat(), "html");
  chooseLinkFormat("link");
  kept.forEach((_, name) => kept.set(name, "constructor"));
  assert.equal(linkFormat(), "link");
});

test("where storage is blocked the choice lasts as long as the page", () => {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get: () => {
      throw new DOMException("", "SecurityError");
    },
  });
  chooseLinkFormat("markdown");
  assert.equal(linkFormat(), "markdown");
});
