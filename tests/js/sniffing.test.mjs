import assert from "node:assert/strict";
import { test } from "node:test";

import { droppedFiles } from "../../uploader/ui/components/uploader/dropped_files.js";
import { rejectionFor } from "../../uploader/ui/components/uploader/rejection.js";
import { sizeLabel } from "../../uploader/ui/components/uploader/size_label.js";
import { sniffMediaType } from "../../uploader/ui/components/uploader/sniffing.js";

const fileOf = (text) => new File([Uint8Array.from(text, (letter) => letter.charCodeAt(0))], "a.jpg");

for (const [head, mediaType] of [
  ["\xff\xd8\xff\xe0", "image/jpeg"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["GIF89a", "image/gif"],
  ["RIFF\0\0\0\0WEBP", "image/webp"],
  ["\0\0\0\x20ftypavif", "image/avif"],
  ["\0\0\0\x18ftypheic", "image/heic"],
  ["\0\0\0\x18ftypisom", "video/mp4"],
  ["%PDF-1.7", "application/pdf"],
  ["  <svg xmlns", "image/svg+xml"],
  ["\x89PNG", ""],
  ["plain words", ""],
  ["", ""],
]) {
  test(`the first bytes ${JSON.stringify(head)} are ${mediaType || "nothing known"}`, async () => {
    assert.equal(await sniffMediaType(fileOf(head)), mediaType);
  });
}

const OPTIONS = { accept: ["image/jpeg", "image/png"], maxBytes: 2_048 };

test("a file that is taken has no rejection, each other one a sentence of its own", () => {
  const rejection = (mediaType, size = 9) => rejectionFor({ size }, mediaType, OPTIONS);
  assert.equal(rejection("image/jpeg"), "");
  const sentences = [
    rejection("image/jpeg", 0),
    rejection("image/jpeg", 2_049),
    rejection("image/heic"),
    rejection("video/mp4"),
    rejection("application/pdf"),
    rejection(""),
  ];
  assert.equal(new Set(sentences.filter(Boolean)).size, sentences.length);
});

test("sizes are said in steps of 1,024", () => {
  assert.deepEqual(
    [0, 1, 1_023, 1_024, 1_536, 20 * 2 ** 20, 3 * 2 ** 30].map(sizeLabel),
    ["0 bytes", "1 byte", "1023 bytes", "1 KB", "1.5 KB", "20 MB", "3 GB"],
  );
});

test("a dropped folder is walked to its end, and its files are known as such", async () => {
  const entry = (name) => ({ isFile: true, file: (resolve) => resolve(name) });
  const folder = (...batches) => ({
    isDirectory: true,
    createReader: () => ({ readEntries: (resolve) => resolve(batches.shift() ?? []) }),
  });
  const items = [entry("a"), folder([entry("b")], [folder([entry("c")])])];
  const transfer = { items: items.map((one) => ({ webkitGetAsEntry: () => one })), files: [] };
  assert.deepEqual(await droppedFiles(transfer), [
    { file: "a", inFolder: false },
    { file: "b", inFolder: true },
    { file: "c", inFolder: true },
  ]);
});
