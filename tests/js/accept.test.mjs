// What the file chooser asks for.
import assert from "node:assert/strict";
import { test } from "node:test";

import { askedFor } from "../../uploader/ui/components/uploader/accept.js";

const IPHONE = { userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", maxTouchPoints: 5 };
const IPAD = { userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", maxTouchPoints: 5 };
const MAC = { userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", maxTouchPoints: 0 };

test("iPhones and iPads are not asked for HEIC, so that they hand over JPEG", () => {
  for (const device of [IPHONE, IPAD]) {
    assert.equal(askedFor(["image/jpeg", "image/heic"], device), "image/jpeg");
    assert.equal(askedFor(["image/heic"], device), "image/heic");
  }
});

test("others are asked for all that is taken", () => {
  assert.equal(askedFor(["image/jpeg", "image/heic"], MAC), "image/jpeg,image/heic");
});
