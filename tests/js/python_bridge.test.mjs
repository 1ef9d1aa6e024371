import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { PythonBridge } from "../../uploader/ui/components/uploader/python_bridge.js";

let bridge;
let sent;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  bridge = new PythonBridge();
  sent = [];
});

const connect = (ack, pass = "pass 1") =>
  bridge.connect({ upload_pass: pass, ack }, (...message) => sent.push(message));
const numbers = () =>
  sent.filter(([name]) => name === "reports").map(([, { items }]) => items.map(({ seq }) => seq));
const client = () => sent.at(-1)[1].client;

test("a report is sent at once, later ones wait for the acknowledgement", () => {
  connect(null);
  bridge.report({ kind: "stored" });
  bridge.report({ kind: "refused" });
  assert.deepEqual(numbers(), [[1]]);
  connect({ client: client(), seq: 1 });
  assert.deepEqual(numbers(), [[1], [2]]);
  connect({ client: client(), seq: 2 });
  assert.deepEqual(numbers(), [[1], [2]]);
});

test("what is not acknowledged is sent again, ever more rarely", () => {
  connect(null);
  bridge.report({ kind: "stored" });
  for (const [ms, times] of [
    [3_999, 1],
    [1, 2],
    [8_000, 3],
    [16_000, 4],
    [32_000, 5],
    [60_000, 6],
    [60_000, 7],
  ]) {
    mock.timers.tick(ms);
    assert.equal(sent.length, times);
  }
});

test("an acknowledgement of another browser page counts for nothing", () => {
  connect(null);
  bridge.report({ kind: "stored" });
  connect({ client: "another", seq: 9 });
  mock.timers.tick(4_000);
  assert.deepEqual(numbers(), [[1], [1]]);
});

test("reports are kept while no component is mounted", () => {
  connect(null);
  bridge.disconnect();
  bridge.report({ kind: "stored" });
  mock.timers.tick(60_000);
  assert.deepEqual(numbers(), []);
  connect(null);
  assert.deepEqual(numbers(), [[1]]);
});

test("at most two hundred go at once", () => {
  for (let n = 0; n < 201; n += 1) bridge.report({ kind: "stored" });
  connect(null);
  assert.equal(numbers()[0].length, 200);
  connect({ client: client(), seq: 200 });
  assert.deepEqual(numbers()[1], [201]);
});

test("a new pass is asked for, and all who wait for it go on", async () => {
  connect(null);
  const { signal } = new AbortController();
  const waiting = [bridge.renewPass(signal, new Error("none")), bridge.renewPass(signal, new Error("none"))];
  assert.deepEqual(
    sent.map(([name]) => name),
    ["renew_pass", "renew_pass"],
  );
  assert.notEqual(sent[0][1], sent[1][1]);
  connect(null, "pass 2");
  await Promise.all(waiting);
  assert.equal(bridge.pass, "pass 2");
  mock.timers.tick(60_000);
  assert.equal(sent.length, 2);
});

test("where no pass comes, it is given up after six requests", async () => {
  connect(null);
  const waiting = bridge.renewPass(new AbortController().signal, new Error("The pass has ended."));
  mock.timers.tick(24_000);
  await assert.rejects(waiting, /The pass has ended/);
  assert.equal(sent.length, 6);
});

test("on another page nobody can be asked, and a cancelled wait ends", async () => {
  const controller = new AbortController();
  const waiting = bridge.renewPass(controller.signal, new Error("none"));
  mock.timers.tick(120_000);
  controller.abort(new Error("cancelled"));
  await assert.rejects(waiting, /cancelled/);
  assert.deepEqual(sent, []);
});

test("while uploads run reports go together every two seconds, and once at the end", () => {
  connect(null);
  bridge.setBusy(true);
  for (let n = 0; n < 50; n += 1) {
    bridge.report({ kind: "stored" });
    mock.timers.tick(100); // five seconds in all
    if (sent.length) connect({ client: client(), seq: numbers().at(-1).at(-1) });
  }
  assert.deepEqual(
    numbers().map(({ length }) => length),
    [20, 20],
  );
  bridge.setBusy(false);
  const last = sent.at(-1)[1].items;
  assert.deepEqual([sent.length, last.length, last.at(-1).kind], [3, 11, "settled"]);
  connect({ client: client(), seq: 51 });
  mock.timers.tick(60_000);
  assert.equal(sent.length, 3);
});

test("a batch of which nothing was stored reports nothing", () => {
  connect(null);
  bridge.setBusy(true);
  bridge.setBusy(false);
  assert.deepEqual(sent, []);
});
