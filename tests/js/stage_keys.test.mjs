import assert from "node:assert/strict";
import { test } from "node:test";

import { buttonFor } from "../../uploader/ui/components/stage_keys/index.js";

const BUTTONS = { PageDown: "next", ArrowRight: "next", PageUp: "back" };

function pressed(key, { taken = false, ...more } = {}) {
  const focused = { closest: () => (taken ? {} : null) };
  return buttonFor({ key, composedPath: () => [focused], ...more }, BUTTONS);
}

test("a key presses its button", () => {
  assert.deepEqual(
    ["PageDown", "ArrowRight", "PageUp", "x"].map((key) => pressed(key)),
    ["next", "next", "back", undefined],
  );
});

test("a field keeps its keys, and so does whoever took the key before", () => {
  assert.equal(pressed("PageDown", { taken: true }), undefined);
  assert.equal(pressed("PageDown", { defaultPrevented: true }), undefined);
  assert.equal(pressed("ArrowRight", { altKey: true }), undefined);
});

test("a key without a focused element counts", () => {
  assert.equal(buttonFor({ key: "PageUp", composedPath: () => [] }, BUTTONS), "back");
});
