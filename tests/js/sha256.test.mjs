import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { sha256 } from "../../uploader/ui/components/uploader/sha256.js";
import { streamedSha256 } from "../../uploader/ui/components/uploader/sha256_stream.js";

const bytes = (length) => Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8)) % 256);
const expected = (data) => createHash("sha256").update(data).digest("hex");
const { signal } = new AbortController();

for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 2 ** 20, 2 ** 20 + 7]) {
  test(`both ways hash ${length} bytes as Node does`, async () => {
    const data = bytes(length);
    const file = new File([data], "file");
    assert.equal(await streamedSha256(file, signal), expected(data));
    assert.equal(await sha256(file, signal), expected(data));
  });
}

test("progress is counted in bytes", async () => {
  const done = [];
  await streamedSha256(new File([bytes(2 ** 20 + 7)], "file"), signal, (count) => done.push(count));
  assert.deepEqual(done, [2 ** 20, 2 ** 20 + 7]);
});

test("a cancelled hash ends with the reason", async () => {
  const cancelled = AbortSignal.abort(new Error("cancelled"));
  const file = new File([bytes(9)], "file");
  await assert.rejects(streamedSha256(file, cancelled), /cancelled/);
  await assert.rejects(
    sha256(file, cancelled, () => {}),
    /cancelled/,
  );
});

test("without crypto.subtle and workers the hash is the same", async (context) => {
  context.mock.getter(globalThis.crypto, "subtle", () => undefined);
  const data = bytes(1_000);
  assert.equal(await sha256(new File([data], "file"), signal, () => {}), expected(data));
});
