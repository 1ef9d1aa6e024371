// What the tests share: files, a network that answers as told, and a queue without a browser.

import { mock } from "node:test";

import { UploadQueue } from "../../uploader/ui/components/uploader/queue.js";
import { UploadProcess } from "../../uploader/ui/components/uploader/upload_process.js";

const JPEG = [0xff, 0xd8, 0xff, 0xe0];
export const BUCKET = "https://bucket.test/";

export const jpeg = (name, body = name) => new File([Uint8Array.from(JPEG), body], name);
export const found = (...files) => files.map((file) => ({ file, inFolder: false }));

// Lets everything that is ready run.
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

// A promise with its two ends.
export function deferred() {
  const ends = {};
  const promise = new Promise((resolve, reject) => Object.assign(ends, { resolve, reject }));
  return { promise, ...ends };
}

export class FakeBridge {
  pass = "pass 1";
  reports = [];
  renewPass = mock.fn(async () => {
    this.pass = "pass 2";
  });
  connect() {}
  disconnect() {}
  setBusy() {}
  report(message) {
    return this.reports.push(message);
  }
}

// Answers as the app and the bucket do when all goes well; each part can be replaced.
export function fakeNetwork(overrides = {}) {
  const network = {
    origin: "https://app.test",
    hash: async (file) => `hash of ${file.name}`,
    call: async (url, body) =>
      url.endsWith("/complete")
        ? { key: `images/${body.ticket}`, removed: [], thumbnail_url: `${BUCKET}thumbnails/${body.ticket}` }
        : { url: BUCKET, fields: {}, ticket: body.name },
    post: async () => "request id",
    relay: async (url, { name }) => ({ key: `images/${name}`, removed: [], thumbnail_url: "" }),
    ...overrides,
  };
  for (const name of ["hash", "call", "post", "relay"]) network[name] = mock.fn(network[name]);
  return network;
}

// A small table in the shape that file_rules.py sends.
export function fileRules(overrides = {}) {
  const row = (name, mediaType, value, rejection, more) => ({
    name,
    media_type: mediaType,
    signatures: value ? [[{ offset: 0, value, mask: "" }]] : [],
    brands: [],
    texts: [],
    can_be_taken: !rejection,
    rejection,
    ...more,
  });
  return {
    accept: ["image/jpeg"],
    max_bytes: 1_000,
    max_label: "1000 bytes",
    head_bytes: 4_096,
    formats: [
      row("JPEG", "image/jpeg", "\xff\xd8\xff", ""),
      row("HEIC", "image/heic", "", "No HEIC.", { brands: ["heic"] }),
      row("PDF", "application/pdf", "%PDF", "No PDF."),
      row("VIDEO", "video/*", "", "No videos."),
      row("SVG", "image/svg+xml", "", "No SVG.", { texts: ["<svg"] }),
    ],
    answers: {
      space: " ",
      markup: "<Error>",
      code: "<Code>([A-Za-z]+)</Code>",
      title: "<title>([1-5][0-9][0-9])",
      json_bytes: 100,
      json_keys: ["error"],
      quoted_keys: ["error"],
      quoted: "[a-z]+",
    },
    empty: "Empty.",
    unknown: "Unknown.",
    too_large: "{found} over {allowed}.",
    error_message: "An error{quoted}.",
    ...overrides,
  };
}

// A queue whose clock stands far apart: nothing counts as quick, so nothing waits for the cores.
export function queueWith(overrides = {}) {
  const network = fakeNetwork(overrides);
  const bridge = new FakeBridge();
  const onBusy = mock.fn();
  let clockMs = 0;
  const now = () => (clockMs += 10_000);
  const createProcess = (queue) => new UploadProcess(queue, network);
  const queue = new UploadQueue({ bridge, now, onBusy, createProcess });
  queue.options = { rules: fileRules(), apiBase: "", hideNames: false };
  const states = () => queue.jobs.map((job) => job.state);
  return { queue, network, bridge, onBusy, states };
}
