// Copying a text. Where a page may not use the clipboard (plain http, or refused), the text is shown selected instead.

const SAID_MS = 2_000;

// Copies `text`; `button` then says "Copied" for a moment, and a screen reader hears it.
export async function copyFrom(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return showSelected(button, text);
  }
  button.classList.add("copied");
  clearTimeout(button.saidTimer);
  button.saidTimer = setTimeout(() => button.classList.remove("copied"), SAID_MS);
  announce(button, "Copied");
}

// A region that speaks must be there, and empty, before it says something.
function announce(button, words) {
  const root = button.getRootNode();
  const region = root.querySelector(".copy-said");
  region.textContent = "";
  setTimeout(() => (region.textContent = words), 50);
}

function showSelected(button, text) {
  const sheet = button.getRootNode().querySelector(".copy-sheet");
  const area = sheet.querySelector("textarea");
  const words = `This page may not use the clipboard. The text is selected: ${byHand()}.`;
  sheet.querySelector("p").textContent = words;
  area.value = text;
  area.rows = Math.min(8, text.split("\n").length + 1);
  sheet.showPopover();
  area.focus();
  area.select();
  area.scrollTop = 0;
  sheet.ontoggle = ({ newState }) => newState === "closed" && button.isConnected && button.focus();
  announce(button, words);
}

function byHand() {
  if (matchMedia("(pointer: coarse)").matches) return "hold it, then choose Copy";
  return `press ${/Mac/.test(navigator.platform) ? "⌘C" : "Ctrl+C"} to copy it`;
}
