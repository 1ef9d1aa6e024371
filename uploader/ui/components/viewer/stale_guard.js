// Keeps what Python drew of the picture still until it is about the picture on screen: a press turns the picture
// at once, while names, links and buttons arrive a round trip later and would act on the one before.

const BOUND = "[class*='st-key-of_shown_picture']";

export class StaleGuard {
  #dialog = null;
  #shown = "";
  #focused = null; // what held the focus when it was stilled
  #observer = new MutationObserver(() => this.#sync());

  // Called in the same task that paints the picture, so that no event comes in between.
  setShown(id, root) {
    this.#shown = id;
    this.#watch(dialogAround(root));
    this.#sync();
  }

  disconnect() {
    this.#observer.disconnect();
    this.#dialog = null;
  }

  #watch(dialog) {
    if (dialog === this.#dialog) return;
    this.#observer.disconnect();
    this.#dialog = dialog;
    if (dialog) {
      this.#observer.observe(dialog, {
        childList: true,
        subtree: true,
        attributeFilter: ["data-drawn-picture"],
      });
    }
  }

  #sync() {
    if (!this.#dialog) return;
    const stale = this.#dialog.dataset.drawnPicture !== this.#shown;
    for (const part of this.#dialog.querySelectorAll(BOUND)) {
      if (stale && part.contains(document.activeElement)) {
        this.#focused = focusedElement();
        this.#focused.blur(); // an inert part keeps the focus until the next frame, and with it takes Enter
      }
      part.inert = stale;
      part.style.opacity = stale ? "0.4" : "";
    }
    if (stale || !this.#focused) return;
    if (this.#focused.isConnected && document.activeElement === document.body) this.#focused.focus();
    this.#focused = null;
  }
}

// What holds the focus, in a component of the part too.
function focusedElement() {
  let element = document.activeElement;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

function dialogAround(root) {
  return (root.getRootNode().host ?? root).closest("[role=dialog]");
}
