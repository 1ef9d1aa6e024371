// The queues of this browser page, each by the key of its uploader. A page that comes again finds its queue here.
// Tests that look into a running page import this module from the address it is served at, and call `queueFor`.

import { UploadQueue } from "./queue.js";

const queues = new Map();

export function queueFor(key) {
  if (!queues.has(key)) queues.set(key, new UploadQueue());
  return queues.get(key);
}
