import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";

import { callApi } from "../../uploader/ui/components/uploader/api_client.js";
import { postForm } from "../../uploader/ui/components/uploader/s3_post.js";
import { jpeg } from "./support.mjs";

const URL_BEGIN = "https://app.test/api/uploads";
const { signal } = new AbortController();

afterEach(() => mock.restoreAll());

function answers(body, { type = "application/json", ...init } = {}) {
  const headers = { "Content-Type": type, ...init.headers };
  mock.method(globalThis, "fetch", async () => new Response(body, { ...init, headers }));
}

const call = () => callApi(URL_BEGIN, { name: "a.jpg" }, "the pass", signal);
const refusal = (code) => JSON.stringify({ error: { code, message: "The sentence." } });

test("a call carries the pass and gives the answer", async () => {
  answers('{"ticket": "t"}');
  assert.deepEqual(await call(), { ticket: "t" });
  const [, { headers, body }] = globalThis.fetch.mock.calls[0].arguments;
  assert.deepEqual([headers.Authorization, body], ["Bearer the pass", '{"name":"a.jpg"}']);
});

for (const [status, kind] of [
  [401, "pass"],
  [403, "final"],
  [410, "expired"],
  [422, "final"],
  [429, "retry"],
  [503, "retry"],
]) {
  test(`the app's refusal ${status} is of the kind ${kind}, with its own sentence`, async () => {
    answers(refusal("code"), { status });
    await assert.rejects(call(), { kind, status, code: "code", message: "The sentence." });
  });
}

test("the pause that the app asks for is kept, a minute at most; a whole day's is for the person", async () => {
  answers(refusal("busy"), { status: 429, headers: { "Retry-After": "7" } });
  await assert.rejects(call(), { waitMs: 7_000 });
  answers(refusal("busy"), { status: 503, headers: { "Retry-After": "999" } });
  await assert.rejects(call(), { waitMs: 60_000 });
  answers(refusal("daily_bytes"), { status: 429, headers: { "Retry-After": "999" } });
  await assert.rejects(call(), { kind: "final", message: "The sentence." });
  answers(refusal("store_full"), { status: 503, headers: { "Retry-After": "2" } });
  await assert.rejects(call(), { kind: "final", message: "The sentence." });
});

test("what is not the app is told apart", async () => {
  answers("<html>", { type: "text/html" });
  await assert.rejects(call(), { kind: "final", message: /is not served by this app/ });
  answers("<html>", { type: "text/html", status: 502 });
  await assert.rejects(call(), { kind: "retry" });
  answers("<html>", { type: "text/html", status: 403 });
  await assert.rejects(call(), { kind: "final", message: /sign-in/ });
});

test("no answer is tried again, a cancelled call is not", async () => {
  mock.method(globalThis, "fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  await assert.rejects(call(), { kind: "retry" });
  await assert.rejects(callApi(URL_BEGIN, {}, "", AbortSignal.abort(new Error("cancelled"))), /cancelled/);
});

// An XMLHttpRequest that is answered as told.
function xhrAnswers({ status = 0, body = "", progressed = false, handedOver = false }) {
  globalThis.XMLHttpRequest = class {
    upload = {};
    open() {}
    setRequestHeader() {}
    getResponseHeader = () => "request id";
    abort() {
      this.onloadend();
    }
    send(content) {
      this.content = content;
      if (progressed) this.upload.onprogress({ loaded: 1, total: 2 });
      if (handedOver) this.upload.onload();
      Object.assign(this, { status, responseText: body });
      queueMicrotask(() => this.onloadend());
    }
  };
  globalThis.DOMParser = class {
    parseFromString = (text) => ({
      querySelector: (path) => {
        const name = path.split(" > ")[1];
        const found = text.match(new RegExp(`<${name}>(.*)</${name}>`));
        return found && { textContent: found[1] };
      },
    });
  };
}

const post = (file = jpeg("a.jpg")) =>
  postForm({ url: "https://bucket.test/", fields: { key: "k" } }, file, signal, () => {});
const xml = (code, message = "Said.") => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

test("a stored file gives the request id", async () => {
  xhrAnswers({ status: 201 });
  assert.equal(await post(), "request id");
});

for (const [status, body, kind] of [
  [403, xml("AccessDenied", "Invalid according to Policy: Policy expired."), "expired"],
  [400, xml("BadDigest"), "changed"],
  [400, xml("EntityTooLarge"), "changed"],
  [503, xml("SlowDown"), "retry"],
  [400, xml("RequestTimeout"), "retry"],
  [403, xml("AccessDenied"), "final"],
]) {
  test(`S3's ${status} ${body} is of the kind ${kind}`, async () => {
    xhrAnswers({ status, body });
    await assert.rejects(post(), { kind });
  });
}

test("silence is told apart by what was sent before", async () => {
  xhrAnswers({ handedOver: true });
  await assert.rejects(post(), { kind: "unconfirmed" });
  xhrAnswers({ progressed: true });
  await assert.rejects(post(), { kind: "retry" });
  const unreadable = { slice: () => ({ arrayBuffer: () => Promise.reject(new Error("changed")) }) };
  mock.method(FormData.prototype, "append", () => {});
  await assert.rejects(post(unreadable), { kind: "changed" });
});

test("a bucket that answers without CORS is told from one that does not answer", async () => {
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
  xhrAnswers({});
  mock.method(globalThis, "fetch", async () => new Response(""));
  await assert.rejects(post(), { kind: "cors" });
  mock.method(globalThis, "fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  await assert.rejects(post(), { kind: "unreachable" });
});
