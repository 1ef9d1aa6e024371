// The links of the tiles: each one's own button, and those of a selection together.

import { copyFrom } from "../shared/clipboard.js";
import { bindFormatMenu, linksText } from "../shared/link_formats.js";

export class TileLinks {
  #links = new Map(); // id -> {url, name}: what was shown here, on other pages too
  #parts;

  constructor(bar) {
    this.#parts = bar.querySelectorAll("[data-action=copy], .format");
    bindFormatMenu(bar.querySelector(".format-menu"));
  }

  // A tile's button, for its image.
  fill(tile, { id, link, name, is_deleted: isDeleted }) {
    const button = tile.querySelector(".copy-link");
    button.hidden = !link || Boolean(isDeleted);
    button.setAttribute("aria-label", `Copy the link to ${name}`);
    if (link) this.#links.set(id, { url: link, name });
    for (const part of this.#parts) part.hidden = !this.#links.size;
  }

  copy(button, ids) {
    return copyFrom(button, linksText(ids.map((id) => this.#links.get(id)).filter(Boolean)));
  }
}
