import assert from "node:assert/strict";
import { test } from "node:test";

import { Semaphore } from "../../uploader/ui/components/shared/semaphore.js";
import { deferred, settle } from "./support.mjs";

// Starts `count` works that wait; returns their ends and the order in which they began.
function start(semaphore, count, signals = []) {
  const began = [];
  const ends = Array.from({ length: count }, deferred);
  const runs = ends.map(({ promise }, n) =>
    semaphore.run(() => {
      began.push(n);
      return promise;
    }, signals[n]),
  );
  return { began, ends, runs };
}

test("at most so many run, the others follow in their order", async () => {
  const { began, ends, runs } = start(new Semaphore(2), 4);
  await settle();
  assert.deepEqual(began, [0, 1]);
  ends[1].resolve("b");
  assert.equal(await runs[1], "b");
  await settle();
  assert.deepEqual(began, [0, 1, 2]);
  for (const end of ends) end.resolve();
  await Promise.all(runs);
  assert.deepEqual(began, [0, 1, 2, 3]);
});

test("a work that fails gives its permit back", async () => {
  const semaphore = new Semaphore(1);
  await assert.rejects(
    semaphore.run(() => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(await semaphore.run(() => "next"), "next");
});

test("whoever is aborted while waiting leaves the line, and takes no permit along", async () => {
  const controllers = Array.from({ length: 3 }, () => new AbortController());
  const signals = controllers.map(({ signal }) => signal);
  const { began, ends, runs } = start(new Semaphore(1), 3, signals);
  controllers[1].abort(new Error("left"));
  await assert.rejects(runs[1], /left/);
  ends[0].resolve();
  ends[2].resolve("c");
  assert.equal(await runs[2], "c");
  assert.deepEqual(began, [0, 2]);
});

test("whoever comes aborted does not wait", async () => {
  const semaphore = new Semaphore(1);
  const end = deferred();
  const first = semaphore.run(() => end.promise);
  await assert.rejects(
    semaphore.run(() => "never", AbortSignal.abort(new Error("gone"))),
    /gone/,
  );
  end.resolve("first");
  assert.equal(await first, "first");
});
