// Keys press buttons of the page, as the remote of a stage sends them.

const TAKEN = "input, textarea, select, [contenteditable], [role=slider], [role=tab], [role=radio]";

// The name of the button that a key means, or nothing where the key belongs to somebody else.
export function buttonFor(event, buttons) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const focused = event.composedPath()[0];
  if (focused?.closest?.(TAKEN)) return undefined;
  return buttons[event.key];
}

// Says at each button which keys press it (https://www.w3.org/TR/wai-aria-1.2/#aria-keyshortcuts).
function describe(page, buttons) {
  for (const name of new Set(Object.values(buttons))) {
    const keys = Object.keys(buttons).filter((key) => buttons[key] === name);
    buttonNamed(page, name)?.setAttribute("aria-keyshortcuts", keys.join(" "));
  }
}

const buttonNamed = (page, name) => page.querySelector(`.st-key-${CSS.escape(name)} button`);

const listeners = new WeakMap();

export default function mountStageKeys({ data, parentElement }) {
  const page = parentElement.ownerDocument;
  listeners.get(parentElement)?.abort();
  const listening = new AbortController();
  listeners.set(parentElement, listening);
  page.addEventListener(
    "keydown",
    (event) => {
      const name = buttonFor(event, data.buttons);
      const button = name && buttonNamed(page, name);
      if (!button) return;
      event.preventDefault();
      button.click();
    },
    { signal: listening.signal },
  );
  describe(page, data.buttons);
  return () => listening.abort();
}
