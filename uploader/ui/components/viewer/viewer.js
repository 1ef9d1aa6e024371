// The large picture. It turns here, in the browser: each press counts at once, the preview stands in until the
// picture itself is there, and Python hears where the person is once they rest. Pictures come from the bucket alone.

import { loadErrorOf } from "../shared/load_error.js";
import { StaleGuard } from "./stale_guard.js";

const REST_MS = 120;
const AGAIN_MS = 4000;
const LOADING_NOTE_MS = 900;
const NEAR = 3;
const SWIPE_PX = 40;
const TAKES_ARROWS =
  "input, textarea, select, [contenteditable], [role=slider], [role=radio], [role=radiogroup], [role=listbox], [role=tab]";
const HEIC_NOTE = "Browsers cannot show HEIC; this is the preview. Download gives the original.";

export class Viewer {
  #items = [];
  #place = -1;
  #shown = null; // the item that is painted
  #turn = 0; // how often the person turned; Python says which turn it knows of
  #pending = 0; // steps beyond what is known
  #askedAt = ""; // where more was asked for
  #reportTimer = 0;
  #noteTimer = 0;
  #touchX = 0;
  #near = new Map();
  #staleGuard = new StaleGuard();

  constructor(root) {
    this.root = root;
    this.stage = root.querySelector(".stage");
    this.small = root.querySelector(".small");
    this.large = root.querySelector(".large");
    this.note = root.querySelector(".note");
    this.again = root.querySelector(".again");
    this.newer = root.querySelector(".newer");
    this.older = root.querySelector(".older");
    this.newer.onclick = () => this.#step(-1);
    this.older.onclick = () => this.#step(1);
    this.again.onclick = () => this.#paint(true);
    root.querySelector(".full").onclick = () => this.#fullScreen();
    this.stage.ontouchstart = (event) => (this.#touchX = event.changedTouches[0].clientX);
    this.stage.ontouchend = (event) => this.#swiped(event.changedTouches[0].clientX - this.#touchX);
    this.small.onload = () => this.#previewed();
  }

  show({ data, setStateValue }) {
    document.addEventListener("keydown", this.#key);
    this.send = (at) => setStateValue("at", at);
    const here = this.#items[this.#place]?.id;
    const known = data.acknowledged_turn >= this.#turn;
    const at = data.items.findIndex(({ id }) => id === (known && !this.#pending ? data.shown : here));
    if (known) clearTimeout(this.#reportTimer);
    else this.#report(REST_MS); // a report that waited ended with the run before
    this.#turn = Math.max(this.#turn, data.acknowledged_turn);
    if (at < 0 && this.#items.length) return; // about where we were; the answer for where we are is on its way
    const steps = this.#pending;
    this.#pending = 0;
    const end = steps > 0 ? -1 : 0;
    const grew = this.#items.at(end)?.id !== data.items.at(end).id; // or nobody knows what lies there
    this.data = data;
    this.#items = data.items;
    this.#place = Math.max(at, 0);
    if (steps && grew) this.#step(steps);
    else if (!known) this.#pending = steps; // this is the answer to an earlier turn
    this.#paint();
    this.#askForMore();
  }

  disconnect() {
    document.removeEventListener("keydown", this.#key);
    clearTimeout(this.#noteTimer);
    this.#staleGuard.disconnect();
  }

  #key = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    if (event.composedPath().some((node) => node.matches?.(TAKES_ARROWS))) return;
    event.preventDefault();
    this.#step(step);
  };

  #swiped(distance) {
    if (Math.abs(distance) > SWIPE_PX && (globalThis.visualViewport?.scale ?? 1) === 1) {
      this.#step(distance < 0 ? 1 : -1);
    }
  }

  // as far as is known; the rest once Python has told what lies further on
  #step(steps) {
    const wanted = this.#place + this.#pending + steps;
    const to = Math.min(Math.max(wanted, 0), this.#items.length - 1);
    const ended = wanted < 0 ? this.data.is_first : this.data.is_last;
    this.#pending = ended ? 0 : wanted - to;
    if (to === this.#place && !this.#pending) return;
    this.#place = to;
    this.#turn += 1;
    this.#paint();
    this.#report(this.#beyond() ? 0 : REST_MS);
  }

  // near an end beyond which there may be more
  #beyond() {
    const { is_first: isFirst, is_last: isLast } = this.data;
    return (!isFirst && this.#place < NEAR) || (!isLast && this.#place >= this.#items.length - NEAR);
  }

  #askForMore() {
    const { id } = this.#items[this.#place];
    if (!this.#beyond() || this.#askedAt === id) return;
    this.#askedAt = id;
    this.#turn += 1;
    this.#report(0);
  }

  #report(wait) {
    clearTimeout(this.#reportTimer);
    this.#reportTimer = setTimeout(() => {
      if (!this.root.isConnected) return; // closed; a run of the page only mounts it again
      this.send({ id: this.#items[this.#place].id, turn: this.#turn });
      this.#reportTimer = setTimeout(() => this.#report(0), AGAIN_MS); // what is sent while the line is down is lost
    }, wait);
  }

  #paint(isRetry = false) {
    const item = this.#items[this.#place];
    this.newer.disabled = this.#place === 0 && this.data.is_first;
    this.older.disabled = this.#place === this.#items.length - 1 && this.data.is_last;
    this.#staleGuard.setShown(item.id, this.root);
    const same = this.#shown?.id === item.id;
    if (same && !isRetry && (addressOf(this.#shown) || !addressOf(item)) && this.#shown.note === item.note) {
      return;
    }
    this.#shown = item;
    if (same && !isRetry) return this.#load(item);
    this.stage.classList.add("empty");
    this.root.setAttribute("aria-label", item.name);
    this.large.replaceChildren();
    this.small.classList.remove("shown", "grown");
    this.small.src = item.thumbnail_url;
    this.#setNote("");
    this.#load(item, isRetry);
  }

  #previewed() {
    const side = Math.max(this.small.naturalWidth, this.small.naturalHeight);
    this.small.classList.toggle("grown", side >= this.data.preview_px); // a smaller one is the picture's own size
    this.small.classList.add("shown");
    this.stage.classList.remove("empty");
  }

  async #load(item, isRetry) {
    if (item.note) return this.#showNote(item.note);
    clearTimeout(this.#noteTimer);
    this.#noteTimer = setTimeout(() => this.#setNote("Loading the picture"), LOADING_NOTE_MS);
    if (!addressOf(item)) return; // Python is still looking at it
    const picture = await this.#decoded(item, isRetry);
    if (!this.#isHere(item)) return;
    if (!picture) return this.#showFault(item);
    this.#setNote("");
    this.large.replaceChildren(picture);
    this.stage.classList.remove("empty");
    this.#preload();
  }

  // the picture, decoded, or null where this browser cannot show it
  async #decoded(item, isRetry) {
    const near = !isRetry && this.#near.get(item.id);
    if (near && (await isDecoded(near))) return near;
    for (const url of [item.url, item.original_url]) {
      if (!url || (url === item.original_url && !(await showsHeic()))) continue;
      const picture = pictureOf(item, url, isRetry);
      if (await isDecoded(picture)) return picture;
    }
    return null;
  }

  async #showFault(item) {
    if (item.original_url) return this.#showNote(HEIC_NOTE);
    const { sentence } = await loadErrorOf(item.url);
    if (this.#isHere(item)) this.#showNote(sentence, true);
  }

  #isHere(item) {
    return this.#shown === item;
  }

  #showNote(sentence, again = false) {
    this.stage.classList.remove("empty");
    this.#setNote(sentence, again);
  }

  #setNote(sentence, again = false) {
    clearTimeout(this.#noteTimer);
    this.note.hidden = !sentence;
    this.note.querySelector("span").textContent = sentence;
    this.again.hidden = !again;
  }

  // the neighbours, so that turning is instant
  #preload() {
    if (navigator.connection?.saveData) return;
    const beside = [this.#items[this.#place + 1], this.#items[this.#place - 1], this.#shown];
    const wanted = beside.filter((item) => item?.url);
    this.#near = new Map(
      wanted.map((item) => [item.id, this.#near.get(item.id) ?? pictureOf(item, item.url)]),
    );
  }

  #fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.stage.requestFullscreen?.();
  }
}

const addressOf = (item) => item.url || item.original_url;

const isDecoded = (picture) =>
  picture.decode().then(
    () => true,
    () => false,
  );

function pictureOf(item, url, isRetry = false) {
  const picture = new Image();
  picture.alt = item.name;
  picture.draggable = false;
  picture.src = isRetry ? `${url}#${Date.now()}` : url;
  return picture;
}

// Safari alone does, and its older versions cannot be asked
async function showsHeic() {
  return (await globalThis.ImageDecoder?.isTypeSupported("image/heic")) ?? true;
}
