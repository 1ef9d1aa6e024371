// The grid. Tiles are kept by their id, so a rerun touches nothing that did not change and the browser fetches
// no picture again. The mouse and the keyboard do the same things.

import { dayName, dayOf, timeOf } from "./dates.js";
import { clearFailed, explainFailed, showBeingMade } from "./load_failed.js";
import { placeholders } from "./placeholders.js";
import { Selection } from "./selection.js";
import { TileLinks } from "./tile_links.js";

const REPORT_MS = 400;
const ANNOUNCE_AFTER_MS = 150; // a page that comes sooner is not announced

export class Grid {
  selection = new Selection();
  #missing = new Set();
  #reportTimer = 0;
  #round = 0;
  #focus = "";
  #place = "";
  #drawTimer = 0;

  constructor(root, template) {
    this.root = root;
    this.template = template;
    this.grid = root.querySelector(".grid");
    this.bar = root.querySelector(".bar");
    this.start = root.querySelector(".start");
    this.grid.onclick = (event) => this.#click(event);
    this.grid.onkeydown = (event) => this.#key(event);
    this.bar.onclick = (event) => this.#act(event.target.closest("[data-action]"));
    this.links = new TileLinks(this.bar);
    this.start.onclick = () => {
      this.selection.clear(true);
      this.#mark();
    };
  }

  get order() {
    return this.tiles.map((tile) => tile.dataset.id);
  }

  get tiles() {
    return [...this.grid.querySelectorAll(".tile")];
  }

  show({ data, setTriggerValue, setStateValue }) {
    Object.assign(this, { setTriggerValue, setStateValue });
    if (data.selection_round !== this.#round) this.selection.clear();
    this.#round = data.selection_round;
    clearTimeout(this.#drawTimer);
    if (data.waiting && this.tiles.length) {
      this.#drawTimer = setTimeout(() => this.#draw(data), ANNOUNCE_AFTER_MS);
    } else this.#draw(data);
  }

  #draw(data) {
    this.data = data;
    this.root.classList.toggle("compact", data.compact);
    this.grid.style.setProperty("--tile", `${data.min_width_px}px`);
    this.grid.setAttribute("aria-busy", String(data.waiting > 0));
    const kept = new Map([...this.grid.children].map((node) => [node.dataset.id, node]));
    this.#nodes(kept).forEach((node, place) => {
      if (this.grid.children[place] !== node) this.grid.insertBefore(node, this.grid.children[place] ?? null);
    });
    for (const [id, node] of kept) {
      this.#missing.delete(id);
      node.remove();
    }
    this.#mark();
    const turned = this.#place && this.#place !== data.place;
    this.#place = data.place;
    if (turned && this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView();
  }

  // the nodes in order; those that were there already are taken out of `kept`
  #nodes(kept) {
    const take = (id, make) => {
      const node = kept.get(id) ?? make();
      kept.delete(id);
      node.dataset.id = id;
      return node;
    };
    const nodes = placeholders(this.data.waiting, this.template, take);
    let last = 0;
    for (const item of this.data.tiles) {
      const day = dayOf(item.uploaded_at_s);
      if (this.data.days && +day !== last) nodes.push(this.#heading(day, take));
      last = +day;
      const tile = take(item.id, () => this.template.content.firstElementChild.cloneNode(true));
      this.#fill(tile, item);
      nodes.push(tile);
    }
    return nodes;
  }

  #heading(day, take) {
    const node = take(`day ${+day}`, () => document.createElement("div"));
    node.className = "day";
    node.setAttribute("role", "heading");
    node.setAttribute("aria-level", "3");
    node.textContent = dayName(day);
    return node;
  }

  #fill(tile, item) {
    const image = tile.querySelector("img");
    const frame = tile.querySelector(".frame");
    const src = item.attempt ? `${item.thumbnail_url}#${item.attempt}` : item.thumbnail_url; // the same address, asked for once more
    const shown = frame.classList.contains("loaded") && image.src.startsWith(item.thumbnail_url);
    frame.classList.toggle("gone", Boolean(item.is_deleted));
    if (!shown && image.getAttribute("src") !== src) {
      frame.classList.remove("loaded");
      clearFailed(frame);
      image.onload = () => this.#loaded(frame, item.id);
      image.src = src;
    } else if (frame.classList.contains("failed")) this.#failed(frame, item, src);
    image.onerror = () => this.#failed(frame, item, src);
    const exact = new Date(item.uploaded_at_s * 1000).toLocaleString();
    tile.querySelector(".name").textContent = item.name;
    tile.querySelector(".size").textContent = item.size_label;
    const time = tile.querySelector("time");
    time.textContent = timeOf(item.uploaded_at_s, this.data.days);
    time.dateTime = new Date(item.uploaded_at_s * 1000).toISOString();
    time.title = exact;
    const open = tile.querySelector(".open");
    open.title = item.name;
    open.setAttribute("aria-label", `Open ${item.name}, ${item.size_label}, uploaded ${exact}`);
    tile.querySelector(".pick").setAttribute("aria-label", `Select ${item.name}`);
    this.links.fill(tile, item);
  }

  #loaded(frame, id) {
    clearFailed(frame);
    frame.classList.add("loaded");
    this.#missing.delete(id);
  }

  #failed(frame, item, src) {
    if (!this.data.repairs || item.was_attempted || !navigator.onLine) explainFailed(frame, src);
    else showBeingMade(frame);
    if (!this.data.repairs || this.#missing.has(item.id)) return;
    this.#missing.add(item.id);
    clearTimeout(this.#reportTimer);
    this.#reportTimer = setTimeout(() => this.setStateValue("missing", [...this.#missing]), REPORT_MS);
  }

  #mark() {
    const { active, size } = this.selection;
    const { tiles, data } = this;
    this.root.classList.toggle("selecting", active);
    this.start.hidden = !data.selectable || active || !tiles.length;
    this.bar.hidden = !active;
    const here = tiles.filter((tile) => this.selection.has(tile.dataset.id)).length;
    const away = size > here ? ` (${size - here} on other pages)` : "";
    this.bar.querySelector(".count").textContent = `${size} selected${away}`;
    for (const name of ["none", "copy", "share", "delete", "download"]) {
      this.bar.querySelector(`[data-action=${name}]`).disabled = !size;
    }
    this.bar.querySelector("[data-action=delete]").hidden = !data.can_delete;
    for (const name of ["share", "download"]) {
      this.bar.querySelector(`[data-action=${name}]`).hidden = !data.can_download;
    }
    if (!tiles.some((tile) => tile.dataset.id === this.#focus)) this.#focus = tiles[0]?.dataset.id ?? "";
    for (const tile of tiles) {
      const { id } = tile.dataset;
      const pick = tile.querySelector(".pick");
      tile.classList.toggle("picked", this.selection.has(id));
      pick.hidden = !data.selectable;
      pick.setAttribute("aria-checked", String(this.selection.has(id)));
      for (const part of tile.querySelectorAll(".open, .copy-link")) {
        part.tabIndex = id === this.#focus ? 0 : -1;
      }
    }
  }

  #click(event) {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    const { id } = tile.dataset;
    this.#focus = id;
    const copy = event.target.closest(".copy-link");
    if (copy) return this.links.copy(copy, [id]);
    const picks = event.target.closest(".pick") || this.selection.active || event.ctrlKey || event.metaKey;
    if (!this.data.selectable || !(picks || event.shiftKey)) return this.setTriggerValue("open", id);
    if (event.shiftKey) this.selection.range(id, this.order);
    else this.selection.toggle(id);
    this.#mark();
  }

  #key(event) {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    const { selectable } = this.data;
    const all = event.key === "a" && (event.ctrlKey || event.metaKey);
    const to = this.#neighbour(tile, event.key);
    if (to) this.#go(to);
    else if (event.target.closest(".copy-link")) return;
    else if (event.key === "Enter") this.setTriggerValue("open", tile.dataset.id);
    else if (selectable && event.key === " ") this.selection.toggle(tile.dataset.id);
    else if (selectable && all) this.selection.all(this.order);
    else if (event.key === "Escape" && this.selection.active) this.selection.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#mark();
  }

  #neighbour(tile, key) {
    const { tiles } = this;
    const place = tiles.indexOf(tile);
    const steps = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: tiles.length - 1 };
    if (key in steps) return tiles[Math.min(Math.max(steps[key], 0), tiles.length - 1)];
    const down = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (!down) return null;
    const rows = tiles.filter((one) => (one.offsetTop - tile.offsetTop) * down > 0);
    const row = Math.min(...rows.map((one) => one.offsetTop * down)) * down;
    const near = (one) => Math.abs(one.offsetLeft - tile.offsetLeft);
    return rows.filter((one) => one.offsetTop === row).sort((a, b) => near(a) - near(b))[0] ?? tile;
  }

  #go(tile) {
    this.#focus = tile.dataset.id;
    tile.querySelector(".open").focus();
    tile.scrollIntoView({ block: "nearest" });
  }

  #act(button) {
    const action = button?.dataset.action;
    if (action === "copy") this.links.copy(button, this.selection.ids);
    else if (action === "page") this.selection.all(this.order);
    else if (action === "none") this.selection.clear(true);
    else if (action === "done") this.selection.clear();
    else if (action) this.setTriggerValue("act", { action, ids: this.selection.ids });
    this.#mark();
  }
}
