import assert from "node:assert/strict";
import { test } from "node:test";

import { pastedFiles } from "../../uploader/ui/components/uploader/pasted_files.js";

const NOW = new Date(2026, 10, 25, 14, 2, 31);
const fresh = (name) => new File(["x"], name, { type: "image/png", lastModified: NOW - 50 });

function paste(files, { target = { tagName: "DIV" }, types = ["Files"] } = {}) {
  const event = { clipboardData: { files, types }, composedPath: () => [target] };
  return pastedFiles(event, NOW).map(({ file }) => file.name);
}

test("a pasted screenshot is named by its moment, and two of one moment are told apart", () => {
  assert.deepEqual(paste([fresh("image.png")]), ["Screenshot 2026-11-25 14.02.31.png"]);
  assert.deepEqual(paste([fresh("image.png"), fresh("image.png")]), [
    "Screenshot 2026-11-25 14.02.31.png",
    "Screenshot 2026-11-25 14.02.31 (2).png",
  ]);
});

test("a file that was copied keeps its name", () => {
  const old = new File(["x"], "image.png", { lastModified: NOW - 86_400_000 });
  assert.deepEqual(paste([old, fresh("holiday.jpg")]), ["image.png", "holiday.jpg"]);
});

test("text that is pasted into a field stays text, also where a picture of it comes along", () => {
  const target = { tagName: "TEXTAREA" };
  assert.deepEqual(paste([fresh("image.png")], { target, types: ["text/plain", "Files"] }), []);
  assert.equal(paste([fresh("image.png")], { target }).length, 1);
});
