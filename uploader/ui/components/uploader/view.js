// The view of one queue: takes files in, draws what the queue holds.

import { askedFor } from "./accept.js";
import { droppedFiles } from "./dropped_files.js";
import { FileList } from "./file_list.js";
import { copyFrom } from "../shared/clipboard.js";
import { bindFormatMenu, linksText } from "../shared/link_formats.js";
import {
  isCancellable,
  isDuplicate,
  isLinked,
  isOpen,
  isRetryable,
  linkOf,
  needsReading,
} from "./job_states.js";
import { copyRule, drawNotice } from "./notice.js";
import { pastedFiles } from "./pasted_files.js";
import { summarySentence } from "./sentences.js";

const DRAW_MS = 100; // between two drawings: three progress bars report far more often
const ANNOUNCE_MS = 4_000; // a screen reader hears at most one sentence in this time
const SETTLED_MS = 300;
const PARTS = [
  ...["zone", "pick", "lead", "hint", "folder", "files-input", "folder-input", "camera", "camera-input"],
  ...["notice", "notice-title", "details", "cure", "rule", "copy", "again", "way-menu"],
  ...[
    "bar",
    "summary",
    "cancel-all",
    "all-anyway",
    "retry-all",
    "dismiss",
    "clear",
    "live",
    "files",
    "links",
    "copy-all",
    "format-menu",
  ],
];

export class View {
  #frame = 0;
  #tickTimer = 0;
  #drawTimer = 0;
  #drawnMs = -DRAW_MS;
  #listening = new AbortController();
  #dragTimer = 0;
  #announcedMs = 0;
  #announceTimer = 0;

  constructor(root, queue) {
    Object.assign(this, { root, queue });
    this.parts = Object.fromEntries(PARTS.map((name) => [name, root.querySelector(`.${name}`)]));
    this.files = new FileList(this.parts.files, root.querySelector("template"), queue);
    queue.view = this;
    queue.onChange = () => this.#scheduleDraw();
    this.#listenToFiles();
    this.#listenToButtons();
    this.#scheduleDraw();
  }

  setHint(text, accept) {
    this.parts.hint.textContent = text.replace(/(\d) (?=[KMGT]?B\b)/g, "$1\u00a0");
    this.parts["files-input"].accept = askedFor(accept, navigator);
  }

  end() {
    this.#listening.abort();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#announceTimer);
    clearTimeout(this.#drawTimer);
    clearTimeout(this.#tickTimer);
    this.files.end();
    if (this.queue.view === this) this.queue.disconnect();
  }

  #on(target, name, listener) {
    target.addEventListener(name, listener, { signal: this.#listening.signal });
  }

  #listenToFiles() {
    const { parts, queue } = this;
    for (const name of ["files", "folder", "camera"]) {
      const [button, input] = [parts[name === "files" ? "pick" : name], parts[`${name}-input`]];
      this.#on(button, "click", () => input.click());
      this.#on(input, "change", () => {
        queue.add(Array.from(input.files, (file) => ({ file, inFolder: name === "folder" })));
        input.value = "";
      });
      button.disabled = false;
    }
    this.#on(document, "paste", (event) => this.#paste(event));
    this.#on(window, "dragover", (event) => this.#takesDrag(event));
    this.#on(window, "drop", async (event) => {
      if (!this.#takesDrag(event)) return;
      parts.zone.classList.remove("over");
      queue.add(await droppedFiles(event.dataTransfer));
    });
    if (matchMedia("(pointer: coarse)").matches) parts.lead.textContent = "Choose or take photos";
  }

  #listenToButtons() {
    const { parts, queue } = this;
    const actions = {
      "cancel-all": () => queue.jobs.forEach((job) => queue.cancel(job)),
      "all-anyway": () => queue.sendDuplicates(queue.jobs),
      "retry-all": () => queue.retry(queue.jobs),
      again: () => queue.sendThroughApp(false),
      clear: () => queue.clear(),
      dismiss: () => queue.dismiss(),
      copy: () => copyRule(parts),
      "copy-all": () => copyFrom(parts["copy-all"], linksText(queue.jobs.filter(isLinked).map(linkOf))),
    };
    for (const [name, action] of Object.entries(actions)) this.#on(parts[name], "click", action);
    bindFormatMenu(parts["format-menu"]);
    parts["way-menu"].disabled = false;
    this.#on(parts["way-menu"], "change", () => queue.sendThroughApp(parts["way-menu"].value === "app"));
    this.#on(parts.files, "pointerleave", () => this.#scheduleDraw());
    this.#on(parts.files, "focusout", () => this.#scheduleDraw());
  }

  // A drop anywhere on the page counts: beside the zone the browser would leave the page and open the file.
  #takesDrag(event) {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return false;
    event.preventDefault();
    this.parts.zone.classList.add("over");
    clearTimeout(this.#dragTimer);
    this.#dragTimer = setTimeout(() => this.parts.zone.classList.remove("over"), 200);
    return true;
  }

  #paste(event) {
    const files = pastedFiles(event);
    if (!files.length) return;
    event.preventDefault();
    this.queue.add(files);
  }

  #scheduleDraw() {
    const draw = () => {
      this.#drawTimer = 0;
      this.#drawnMs = performance.now();
      this.#draw();
    };
    const waitMs = this.#drawnMs + DRAW_MS - performance.now();
    this.#drawTimer ||= setTimeout(() => (this.#frame = requestAnimationFrame(draw)), waitMs);
  }

  #draw() {
    const { queue, parts } = this;
    this.files.draw();
    const summary = summarySentence(queue);
    parts.bar.hidden = !summary;
    parts.summary.textContent = summary;
    this.#drawButtons();
    drawNotice(parts, queue);
    parts["way-menu"].value = queue.throughApp ? "app" : "bucket";
    this.#announce(summary);
    if (queue.jobs.some((job) => job.state === "pausing")) {
      this.#tickTimer ||= setTimeout(() => this.#tick(), 1_000);
    }
  }

  #drawButtons() {
    const { queue, parts } = this;
    const { jobs } = queue;
    const isSettled = !queue.busy;
    const duplicates = jobs.filter(isDuplicate).length;
    parts["cancel-all"].classList.toggle("off", !jobs.some(isCancellable));
    parts.links.classList.toggle("off", !jobs.some(isLinked));
    parts["retry-all"].hidden = !isSettled || !jobs.some(isRetryable);
    parts["all-anyway"].hidden = !isSettled || duplicates < 2;
    parts["all-anyway"].textContent = `Upload the ${duplicates} duplicates too`;
    parts.dismiss.hidden = !isSettled || !jobs.some(needsReading);
    const isClearable = (job) => !isOpen(job) && !needsReading(job);
    parts.clear.classList.toggle("off", !queue.skipped && !jobs.some(isClearable));
  }

  // A row counts the seconds down until it tries again.
  #tick() {
    this.#tickTimer = 0;
    this.#scheduleDraw();
  }

  #announce(summary) {
    clearTimeout(this.#announceTimer);
    const sinceMs = performance.now() - this.#announcedMs;
    const waitMs = this.queue.busy ? Math.max(0, ANNOUNCE_MS - sinceMs) : SETTLED_MS;
    this.#announceTimer = setTimeout(() => {
      this.#announcedMs = performance.now();
      if (this.parts.live.textContent !== summary) this.parts.live.textContent = summary;
    }, waitMs);
  }
}
