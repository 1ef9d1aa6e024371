import assert from "node:assert/strict";
import { test } from "node:test";

import { pause, retryWithBackoff } from "../../uploader/ui/components/uploader/retry.js";
import { settle } from "./support.mjs";

const failing = (kind, facts = {}) => Object.assign(new Error(kind), { kind, ...facts });

// Runs `work` to its end with mocked time; returns the pauses, and how it ended.
async function run(context, work) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const pauses = [];
  const ended = retryWithBackoff(
    new AbortController().signal,
    work,
    (ms) => pauses.push(ms),
    () => 0,
  ).then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  for (let n = 0; n < 20; n += 1) {
    await settle();
    context.mock.timers.tick(60_000);
  }
  return { pauses, ...(await ended) };
}

test("the pauses grow, to eight seconds at most, and end after eight tries", async (context) => {
  const lastTries = [];
  const { pauses, error } = await run(context, async (isLast) => {
    lastTries.push(isLast);
    throw failing("retry");
  });
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  assert.deepEqual(lastTries, [...Array(7).fill(false), true]);
  assert.equal(error.kind, "retry");
});

test("the server's own wish for a longer pause is kept", async (context) => {
  const { pauses, value } = await run(context, async (isLast) => {
    if (!isLast) throw failing("retry", { waitMs: 7_000 });
    return "done";
  });
  assert.deepEqual(pauses, [...Array(4).fill(7_000), 8_000, 8_000, 8_000]);
  assert.equal(value, "done");
});

test("the server's own fault is tried three times", async (context) => {
  const { pauses } = await run(context, async () => {
    throw failing("retry", { code: "internal" });
  });
  assert.equal(pauses.length, 2);
});

test("what is final is not tried again", async (context) => {
  const { pauses, error } = await run(context, async () => {
    throw failing("final");
  });
  assert.deepEqual([pauses, error.kind], [[], "final"]);
});

test("jitter makes a pause longer by a quarter at most", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const pauses = [];
  const controller = new AbortController();
  const ended = retryWithBackoff(
    controller.signal,
    async () => {
      throw failing("retry");
    },
    (ms) => pauses.push(ms),
    () => 1,
  );
  await settle();
  assert.deepEqual(pauses, [625]);
  controller.abort(failing("stopped"));
  await assert.rejects(ended, /stopped/);
});

test("a pause ends at once when it is aborted, before or meanwhile", async () => {
  await assert.rejects(pause(60_000, AbortSignal.abort(failing("before"))), /before/);
  const controller = new AbortController();
  const paused = pause(60_000, controller.signal);
  controller.abort(failing("meanwhile"));
  await assert.rejects(paused, /meanwhile/);
});
