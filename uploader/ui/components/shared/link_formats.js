// A link as it is copied: bare, as Markdown or as HTML, in the format chosen last in this browser.

const KEPT_AS = "uploader.link-format";
const MARKDOWN_MARKS = /[\\`*_{}[\]<>()#+\-.!|&~$:@]/g;
const HTML_ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };

// A name can break out of neither Markdown nor HTML.
const FORMATS = {
  link: { label: "Link", write: ({ url }) => url },
  markdown: { label: "Markdown", write: ({ url, name }) => `![${markdownText(name)}](${url})` },
  html: { label: "HTML", write: ({ url, name }) => `<img src="${htmlText(url)}" alt="${htmlText(name)}">` },
};
let chosenHere = "link"; // where the browser keeps nothing for this page

const markdownText = (text) => text.split(/\s+/).filter(Boolean).join(" ").replace(MARKDOWN_MARKS, "\\$&");
const htmlText = (text) => text.replace(/[&<>"']/g, (mark) => HTML_ENTITIES[mark]);

export function linkFormat() {
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT_AS);
  } catch {
    // storage is blocked
  }
  return Object.hasOwn(FORMATS, kept ?? "") ? kept : chosenHere;
}

export function chooseLinkFormat(format) {
  chosenHere = format;
  try {
    localStorage.setItem(KEPT_AS, format);
  } catch {
    // storage is blocked or full: the choice lasts as long as this page
  }
}

// The text to copy for images, [{url, name}], one a line, in the chosen format.
export function linksText(images) {
  return images.map(FORMATS[linkFormat()].write).join("\n");
}

// A menu of the formats that follows the choice, also where it was made in another menu.
export function bindFormatMenu(select) {
  const options = Object.entries(FORMATS).map(([value, { label }]) => new Option(label, value));
  select.replaceChildren(...options);
  select.value = linkFormat();
  select.onchange = () => chooseLinkFormat(select.value);
  select.onpointerdown = select.onfocus = () => (select.value = linkFormat());
}
