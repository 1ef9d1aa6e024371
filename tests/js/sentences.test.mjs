import assert from "node:assert/strict";
import { test } from "node:test";

import { corsRule, unreachableAdvice } from "../../uploader/ui/components/uploader/blocked_advice.js";
import { matchOf, stateSentence, summarySentence } from "../../uploader/ui/components/uploader/sentences.js";

const MB = 2 ** 20;
const image = (name) => ({ name, page: "gallery", src: "", uploadedAt: new Date(2020, 10, 2, 14, 2) });
const same = (name) => name;

for (const [job, sentence] of [
  [{ state: "waiting" }, "Waiting"],
  [{ state: "sending", fraction: 0.129 }, "Uploading 12 %"],
  [{ state: "pausing", cause: "Connection lost", resumesMs: 2_400 }, "Connection lost, retrying in 2 s"],
  [{ state: "refused", reason: "Too large." }, "Too large."],
  [{ state: "duplicate", earlier: image("a") }, "Already in the gallery"],
  [{ state: "duplicate", earlier: null }, "You added this file twice."],
  [{ state: "stored", removed: [] }, "Uploaded"],
  [{ state: "stored", removed: ["location", "camera"] }, "Uploaded. Location and camera data removed."],
  [{ state: "stored", removed: ["comment"] }, "Uploaded. Hidden details removed."],
]) {
  test(`a row says: ${sentence}`, () => assert.equal(stateSentence(job, 1_000), sentence));
}

test("on a stage a row does not repeat what S3 said", () => {
  const reason =
    "S3 refused this file (AccessDenied): User: arn:aws:iam::123456789012:role/app is not allowed";
  const job = { state: "refused", reason, stageReason: "S3 refused this file (AccessDenied)." };
  assert.equal(stateSentence(job, 0), reason);
  assert.equal(stateSentence(job, 0, { onStage: true }), "S3 refused this file (AccessDenied).");
  assert.equal(stateSentence({ ...job, stageReason: "" }, 0, { onStage: true }), reason);
});

test("the earlier image and the similar ones are named", () => {
  const earlier = matchOf({ state: "duplicate", earlier: image("a.jpg") }, same);
  assert.equal(earlier.words, "“a.jpg”, uploaded 2 Nov 2020, 14:02");
  const similar = (...names) => matchOf({ state: "stored", similar: names.map(image) }, same);
  assert.equal(similar("a.jpg").words, "Looks like “a.jpg” (2 Nov 2020)");
  assert.equal(similar("a.jpg", "b.jpg", "c.jpg").words, "Looks like “a.jpg” (2 Nov 2020) and 2 more");
  assert.equal(similar(), null);
  assert.equal(matchOf({ state: "sending" }, same), null);
  assert.equal(
    matchOf({ state: "duplicate", earlier: image("a.jpg") }, () => "••••").words.includes("a.jpg"),
    false,
  );
});

test("the summary counts what is under way, with the time left", () => {
  const jobs = [
    { state: "stored", size: MB },
    { state: "sending", size: 2 * MB, fraction: 0.5 },
    { state: "waiting", size: 6 * MB },
  ];
  const queue = { jobs, skipped: 0, busy: true };
  assert.equal(summarySentence({ ...queue, busyMs: 1_000 }), "Uploading 3 images · 2 MB of 9 MB");
  assert.equal(
    summarySentence({ ...queue, busyMs: 10_000 }),
    "Uploading 3 images · 2 MB of 9 MB · 204.8 KB/s · about 35 s left",
  );
  assert.match(summarySentence({ ...queue, busyMs: 60_000 }), /about 4 min left$/);
});

test("the summary counts how all ended", () => {
  const jobs = [
    { state: "stored" },
    { state: "stored" },
    { state: "duplicate" },
    { state: "refused", final: true },
    { state: "refused", final: false },
    { state: "cancelled" },
  ];
  const expected =
    "2 uploaded · 1 duplicate · 1 not accepted · 1 not uploaded · 1 cancelled · 3 other files skipped";
  assert.equal(summarySentence({ jobs, skipped: 3, busy: false }), expected);
  assert.equal(summarySentence({ jobs: [], skipped: 0, busy: false }), "");
});

for (const [page, bucket, advice] of [
  [
    "https://dash.test/",
    "http://127.0.0.1:9000/uploads/",
    "The local store at http://127.0.0.1:9000 answers",
  ],
  ["http://dash.test/", "http://localhost:9000/uploads/", "only on the machine that runs this app."],
  ["http://localhost/", "http://127.0.0.1:9000/uploads/", "No answer came from http://127.0.0.1:9000."],
  ["https://dash.test/", "http://s3.dash.test/uploads/", "This page is https and the bucket's address"],
  ["https://dash.test/", "https://s3.dash.test/uploads/", "No answer came from https://s3.dash.test."],
  ["http://dash.test/", "http://s3.dash.test/uploads/", "No answer came from http://s3.dash.test."],
]) {
  test(`what to do about silence from ${bucket} on ${page}`, () => {
    const words = unreachableAdvice(bucket, new URL(page)).replace(/\s+/g, " ");
    assert.ok(words.includes(advice), words);
  });
}

test("the CORS rule is JSON and names the page", () => {
  const rule = { AllowedMethods: ["POST"] };
  assert.deepEqual(JSON.parse(corsRule(rule, "https://dash.test")), [
    { AllowedMethods: ["POST"], AllowedOrigins: ["https://dash.test"] },
  ]);
});
