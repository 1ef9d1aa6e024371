import assert from "node:assert/strict";
import { test } from "node:test";

import { droppedFiles } from "../../uploader/ui/components/uploader/dropped_files.js";
import { judgeFile } from "../../uploader/ui/components/uploader/rejection.js";
import { sizeLabel } from "../../uploader/ui/components/uploader/size_label.js";
import { fileRules } from "./support.mjs";

const fileOf = (text) => new File([Uint8Array.from(text, (letter) => letter.charCodeAt(0))], "a.jpg");

for (const [head, name, rejection] of [
  ["\xff\xd8\xff\xe0", "JPEG", ""],
  ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC", "No HEIC."],
  ["\0\0\0\x18ftypisom\0\0\0\0isomheic", "HEIC", "No HEIC."],
  ["\0\0\0\x14ftypisom\0\0\0\0isomheic", "VIDEO", "No videos."],
  ["%PDF-1.7", "PDF", "No PDF."],
  ["  <SVG xmlns", "SVG", "No SVG."],
  ["\xff\xd8", "", "Unknown."],
  ["plain words", "", "Unknown."],
  ["", "", "Empty."],
  ["<Error><Code>AccessDenied</Code></Error>", "", "An error (AccessDenied)."],
  ["<Error>", "", "An error."],
  ['{"error": "unauthorized"}', "", "An error (unauthorized)."],
  ['{"error": 3}', "", "An error."],
  ['{"error"', "", "Unknown."],
  [`\xff\xd8\xff${"x".repeat(998)}`, "JPEG", "1001 bytes over 1000 bytes."],
]) {
  test(`${JSON.stringify(head.slice(0, 40))} is ${name || "nothing known"}: ${rejection || "taken"}`, async () => {
    const found = await judgeFile(fileOf(head), fileRules());
    assert.deepEqual([found.name, found.rejection], [name, rejection]);
    assert.equal(found.isImage, name === "JPEG");
  });
}

test("sizes are said in steps of 1,024", () => {
  assert.deepEqual([0, 1, 1_023, 1_024, 1_536, 20 * 2 ** 20, 3 * 2 ** 30].map(sizeLabel), [
    "0 bytes",
    "1 byte",
    "1023 bytes",
    "1 KB",
    "1.5 KB",
    "20 MB",
    "3 GB",
  ]);
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
