import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { stateSentence } from "../../uploader/ui/components/uploader/sentences.js";
import { UploadError } from "../../uploader/ui/components/uploader/upload_error.js";
import { BUCKET, deferred, found, jpeg, queueWith, settle } from "./support.mjs";

const names = (count) => Array.from({ length: count }, (_, n) => `${n}.jpg`);
const files = (count) => found(...names(count).map((name) => jpeg(name)));

test("files are stored in the order in which they came, three at a time", async () => {
  const held = [];
  const post = () => {
    const answer = deferred();
    held.push(answer);
    return answer.promise;
  };
  const { queue, network, states } = queueWith({ post });
  await queue.add(files(5));
  await settle();
  assert.deepEqual(states(), ["sending", "sending", "sending", "ready", "ready"]);
  for (let n = 0; n < 5; n += 1) {
    held[n].resolve("");
    await settle();
  }
  assert.deepEqual(states(), Array(5).fill("stored"));
  assert.deepEqual(
    network.post.mock.calls.map(({ arguments: [, file] }) => file.name),
    names(5),
  );
});

test("what is stored is reported with its key, its size and its times", async () => {
  const { queue, bridge } = queueWith();
  await queue.add(files(1));
  await settle();
  const [{ kind, key, size, ...timings }] = bridge.reports;
  assert.deepEqual({ kind, key, size }, { kind: "stored", key: "images/0.jpg", size: 9 });
  assert.deepEqual(Object.keys(timings), ["hash_ms", "sign_ms", "request_id", "post_ms", "verify_ms"]);
  assert.equal(queue.jobs[0].preview, `${BUCKET}thumbnails/0.jpg`);
});

test("a file that is refused before a byte leaves is not reported, and not retried", async () => {
  const { queue, network, bridge, states } = queueWith();
  await queue.add(found(new File([], "empty.jpg"), new File(["text"], "text.jpg")));
  await settle();
  assert.deepEqual(states(), ["refused", "refused"]);
  assert.deepEqual(bridge.reports, []);
  queue.retry(queue.jobs);
  await settle();
  assert.equal(network.call.mock.callCount(), 0);
});

test("of a folder, what is no image is counted and left out", async () => {
  const { queue } = queueWith();
  await queue.add([
    { file: new File(["text"], "notes.txt"), inFolder: true },
    { file: jpeg("a.jpg"), inFolder: true },
  ]);
  assert.deepEqual([queue.jobs.length, queue.skipped], [1, 1]);
});

test("a waiting and a sending file can be cancelled, one that is verified cannot", async () => {
  const verified = deferred();
  const post = (form, file, signal) =>
    file.name === "0.jpg"
      ? ""
      : new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const call = (url, body) =>
    url.endsWith("/complete") ? verified.promise : { url: BUCKET, fields: {}, ticket: body.name };
  const { queue, bridge, states } = queueWith({ post, call });
  await queue.add(files(5));
  await settle();
  assert.deepEqual(states(), ["verifying", "sending", "sending", "sending", "ready"]);
  for (const job of [...queue.jobs].reverse()) queue.cancel(job);
  await settle();
  assert.deepEqual(states(), ["verifying", ...Array(4).fill("cancelled")]);
  verified.resolve({ key: "images/0", removed: [], thumbnail_url: "" });
  await settle();
  assert.equal(states()[0], "stored");
  assert.deepEqual(
    bridge.reports.map(({ kind }) => kind),
    ["stored"],
  );
});

test("a cancelled file can be sent again", async () => {
  let tries = 0;
  const post = (form, file, signal) =>
    tries++ ? "" : new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const { queue, states } = queueWith({ post });
  await queue.add(files(1));
  await settle();
  queue.cancel(queue.jobs[0]);
  await settle();
  queue.retry(queue.jobs);
  await settle();
  assert.deepEqual(states(), ["stored"]);
});

test("the same file twice is sent once, and a second time where it is asked for", async () => {
  const { queue, network, states } = queueWith({ hash: async () => "one hash" });
  await queue.add(files(2));
  await settle();
  assert.deepEqual(states(), ["stored", "duplicate"]);
  assert.equal(network.post.mock.callCount(), 1);
  queue.sendDuplicates(queue.jobs);
  await settle();
  assert.deepEqual(states(), ["stored", "stored"]);
});

test("what the gallery has is not sent, and shown", async () => {
  const name = `${"f".repeat(12)}-${"0".repeat(32)}-old.jpg`;
  const earlier = {
    key: `images/${name}`,
    name: "old.jpg",
    thumbnail_url: `${BUCKET}t`,
    uploaded_at: "2026-11-02T14:02:00Z",
  };
  const { queue, network, states } = queueWith({ call: async () => ({ url: BUCKET, fields: {}, earlier }) });
  await queue.add(files(1));
  await settle();
  assert.deepEqual(states(), ["duplicate"]);
  assert.deepEqual(queue.jobs[0].earlier, {
    name: "old.jpg",
    page: `gallery?image=${name}`,
    src: `${BUCKET}t`,
    uploadedAt: new Date("2026-11-02T14:02:00Z"),
  });
  assert.equal(network.post.mock.callCount(), 0);
});

test("what the bucket blocks goes through the app, and the files that wait do not find it out one by one", async () => {
  const held = deferred();
  const { queue, network, states } = queueWith({ post: () => held.promise });
  await queue.add(files(5));
  await settle();
  held.reject(new UploadError("cors", "No rule."));
  await settle();
  assert.deepEqual(states(), Array(5).fill("stored"));
  assert.deepEqual(queue.notice, { kind: "cors", url: BUCKET });
  assert.deepEqual([network.post.mock.callCount(), network.relay.mock.callCount()], [3, 5]);
  network.post.mock.mockImplementation(async () => "request id");
  queue.sendThroughApp(false);
  await queue.add(files(6).slice(5));
  await settle();
  assert.deepEqual([states().at(-1), queue.notice], ["stored", null]);
  assert.deepEqual([network.post.mock.callCount(), network.relay.mock.callCount()], [4, 5]);
});

test("what goes through the app from the start needs no bucket", async () => {
  const { queue, network, states } = queueWith();
  queue.sendThroughApp(true);
  await queue.add(files(2));
  await settle();
  assert.deepEqual(states(), ["stored", "stored"]);
  assert.deepEqual([network.call.mock.callCount(), network.relay.mock.callCount()], [0, 2]);
});

test("a pass that has ended is renewed once", async () => {
  const call = async (url, body, pass) => {
    if (pass === "pass 1") throw new UploadError("pass", "The pass has ended.", { status: 401 });
    return url.endsWith("/complete")
      ? { key: "images/0", removed: [], thumbnail_url: "" }
      : { url: BUCKET, fields: {}, ticket: body.name };
  };
  const { queue, bridge, states } = queueWith({ call });
  await queue.add(files(1));
  await settle();
  assert.deepEqual(states(), ["stored"]);
  assert.equal(bridge.renewPass.mock.callCount(), 1);
});

test("a pass that is refused after it was renewed ends the upload", async () => {
  const call = async () => {
    throw new UploadError("pass", "No such pass.", { status: 401 });
  };
  const { queue, bridge } = queueWith({ call });
  await queue.add(files(1));
  await settle();
  assert.deepEqual([queue.jobs[0].reason, bridge.renewPass.mock.callCount()], ["No such pass.", 1]);
});

test("an expired form is renewed once, and no more", async () => {
  const expired = async () => {
    throw new UploadError("expired", "The form expired; try again.");
  };
  const { queue, network } = queueWith({ post: expired });
  await queue.add(files(1));
  await settle();
  assert.equal(network.post.mock.callCount(), 2);
  assert.equal(queue.jobs[0].reason, "The form expired; try again.");
});

test("bytes that were never confirmed and are not there are sent again", async () => {
  let posts = 0;
  const post = async () => {
    posts += 1;
    if (posts === 1) throw new UploadError("unconfirmed", "No answer.");
    return "id";
  };
  const call = async (url, body) => {
    if (!url.endsWith("/complete")) return { url: BUCKET, fields: {}, ticket: body.name };
    if (posts === 1) throw new UploadError("final", "Nothing stored.", { status: 404 });
    return { key: "images/0", removed: [], thumbnail_url: "" };
  };
  const { queue, states } = queueWith({ post, call });
  await queue.add(files(1));
  await settle();
  assert.deepEqual([states(), posts], [["stored"], 2]);
});

test("a file pauses while the line is down, says why, and goes on", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let posts = 0;
  const post = async () => {
    if (posts++ === 0) throw new UploadError("retry", "The connection to the bucket broke; try again.");
    return "id";
  };
  const { queue, states } = queueWith({ post });
  await queue.add(files(1));
  await settle();
  assert.deepEqual([states(), queue.jobs[0].cause], [["pausing"], "Connection lost"]);
  context.mock.timers.tick(1_000);
  await settle();
  assert.deepEqual(states(), ["stored"]);
});

test("clear keeps what needs reading, dismiss takes it away", async () => {
  const { queue, states } = queueWith();
  await queue.add(found(jpeg("a.jpg"), new File([], "empty.jpg")));
  await settle();
  queue.clear();
  assert.deepEqual(states(), ["refused"]);
  queue.dismiss();
  assert.deepEqual(states(), []);
});

test("whoever leaves is warned for as long as something runs", async () => {
  const { queue, onBusy } = queueWith();
  await queue.add(files(1));
  await settle();
  const said = onBusy.mock.calls.map(({ arguments: [busy] }) => busy);
  assert.deepEqual([said[0], said.at(-1)], [true, false]);
});

test("an unknown error is logged, and said in words", async () => {
  const logged = mock.method(console, "error", () => {});
  const { queue } = queueWith({
    hash: async () => {
      throw new TypeError("odd");
    },
  });
  await queue.add(files(1));
  await settle();
  logged.mock.restore();
  assert.equal(queue.jobs[0].reason, "This browser could not send the file; try again.");
  assert.equal(logged.mock.callCount(), 1);
});

test("what was stored is taken back by the page, and can be sent again", async () => {
  const { queue, bridge, states } = queueWith();
  await queue.add(files(2));
  await settle();
  const [job] = queue.jobs;
  const connect = (undone) => queue.connect({ rules: queue.options.rules, api_base: "", undone });
  queue.undo(job);
  assert.deepEqual(bridge.reports.at(-1), { kind: "undo", key: "images/0.jpg" });
  connect({});
  assert.deepEqual(states(), ["undoing", "stored"]);
  connect({ "images/0.jpg": [job.undoSeq, "Somebody else uploaded it."] });
  assert.equal(stateSentence(job, 0), "Uploaded. Somebody else uploaded it.");
  queue.undo(job);
  connect({ "images/0.jpg": [job.undoSeq - 1, "Somebody else uploaded it."] });
  assert.equal(job.state, "undoing");
  connect({ "images/0.jpg": [job.undoSeq, ""] });
  assert.deepEqual(states(), ["deleted", "stored"]);
  queue.retry(queue.jobs);
  await settle();
  assert.deepEqual(states(), ["stored", "stored"]);
  assert.equal(stateSentence(job, 0), "Uploaded");
});

test("what is hashed and signed ahead, and what is sent and not yet verified, has a bound", async () => {
  const posts = [];
  const post = () => {
    const answer = deferred();
    posts.push(answer);
    return answer.promise;
  };
  const verified = deferred();
  const call = (url, body) =>
    url.endsWith("/complete")
      ? verified.promise.then(() => ({ key: `images/${body.ticket}`, removed: [], thumbnail_url: "" }))
      : { url: BUCKET, fields: {}, ticket: body.name };
  const { queue, network, states } = queueWith({ post, call });
  await queue.add(files(40));
  await settle();
  const count = (...wanted) => states().filter((state) => wanted.includes(state)).length;
  assert.deepEqual([count("sending"), count("ready"), count("waiting")], [3, 3, 34]);
  for (let sent = 0; sent < posts.length; sent += 1) {
    posts[sent].resolve("");
    await settle();
  }
  assert.deepEqual([count("sent", "verifying"), count("waiting")], [20, 20]);
  assert.equal(network.post.mock.callCount(), 20);
  const checks = () => network.call.mock.calls.filter(({ arguments: [url] }) => url.endsWith("/complete"));
  assert.equal(checks().length, 3, "verification begins while others are sent");
  verified.resolve();
  await settle();
  for (let sent = 20; sent < posts.length; sent += 1) {
    posts[sent].resolve("");
    await settle();
  }
  assert.equal(count("stored"), 40);
});
