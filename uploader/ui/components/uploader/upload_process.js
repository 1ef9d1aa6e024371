// One upload from its hash to its place in the gallery: hash, sign, post to S3, let it be verified.

import { Semaphore } from "../shared/semaphore.js";
import { callApi, relayFile } from "./api_client.js";
import { bucketAddress, galleryImage } from "./gallery_image.js";
import { retryWithBackoff } from "./retry.js";
import { postForm } from "./s3_post.js";
import { sha256 } from "./sha256.js";

export const MAX_LANES = 3; // files that are sent at once
const MAX_CHECKS = 3;
const MAX_ROUNDS = 3; // a POST that was never answered is sent again so often

export class UploadProcess {
  #queue;
  #net;
  #lanes = new Semaphore(MAX_LANES);
  #checks = new Semaphore(MAX_CHECKS); // apart from the lanes, or the line to S3 would stand idle meanwhile
  #bucketUrl = "";
  #hasReachedBucket = false; // it took bytes from here before: if it is silent now, it may come back

  constructor(queue, { hash = sha256, call = callApi, relay = relayFile, post = postForm, origin } = {}) {
    this.#queue = queue;
    this.#net = { hash, call, relay, post, origin: origin ?? location.origin };
  }

  // How the job ended: {state: "stored", ...}, or {state: "duplicate", ...} where the same file is there already.
  // Throws UploadError, or the signal's reason.
  async upload(job, signal) {
    Object.assign(job, { timings: {}, sha256: "" });
    const onProgress = (done) => this.#queue.setState(job, "hashing", done / job.size);
    const hash = await this.#timed(job, "hash_ms", () => this.#net.hash(job.file, signal, onProgress));
    if (!job.storeDuplicate && this.#queue.hasTwin(hash)) return { state: "duplicate", earlier: null };
    job.sha256 = hash;
    if (this.#queue.throughApp) return this.#inLane(job, signal, () => this.#relay(job, signal));
    const claim = { name: job.name, size: job.size, sha256: hash, type: job.mediaType };
    try {
      return await this.#direct(job, claim, signal);
    } catch (error) {
      if (error.kind !== "expired") throw error;
      return this.#direct(job, claim, signal); // an expired form or ticket is renewed once
    }
  }

  // Straight to S3.
  async #direct(job, claim, signal) {
    this.#queue.setState(job, "signing");
    const form = await this.#timed(job, "sign_ms", () => this.#callApi("/api/uploads", claim, signal));
    this.#bucketUrl = form.url;
    if (form.earlier && !job.storeDuplicate) return this.#duplicate(form.earlier);
    for (let round = 1; ; round += 1) {
      const send = () => this.#timed(job, "post_ms", () => this.#post(job, form, signal));
      const confirmed = await this.#inLane(job, signal, send);
      this.#queue.setState(job, "sent");
      this.#queue.pump();
      try {
        return this.#stored(job, await this.#checks.run(() => this.#verify(job, form, signal), signal));
      } catch (error) {
        // not confirmed and not there: the bytes did not arrive, so they are sent again
        if (confirmed || error.status !== 404 || round === MAX_ROUNDS) throw error;
      }
    }
  }

  // Waits for one of the lanes, which the files take in their order.
  #inLane(job, signal, work) {
    this.#queue.setState(job, "ready");
    return this.#lanes.run(async () => {
      try {
        return await work();
      } catch (error) {
        this.#queue.blockIfNeeded(error); // before the lane is given to the next one
        throw error;
      }
    }, signal);
  }

  // Our own server takes the file, checks it and stores it.
  async #relay(job, signal) {
    const onProgress = (sent) => this.#queue.setState(job, sent < 1 ? "sending" : "relayed", sent);
    this.#queue.setState(job, "sending");
    const send = (url, pass) => this.#net.relay(url, job, pass, signal, onProgress);
    try {
      return this.#stored(job, await this.#withPass("/api/uploads/relay", signal, send));
    } catch (error) {
      if (!error.earlier) throw error;
      return this.#duplicate(error.earlier);
    }
  }

  #duplicate(earlier) {
    return { state: "duplicate", earlier: galleryImage(earlier, this.#bucketUrl) };
  }

  #stored(job, { key, removed, similar = [], thumbnail_url: thumbnail, image_url: address }) {
    job.preview ||= bucketAddress(thumbnail, this.#bucketUrl);
    return {
      state: "stored",
      key,
      address,
      removed,
      similar: similar.map((image) => galleryImage(image, this.#bucketUrl)),
    };
  }

  async #verify(job, form, signal) {
    const queue = this.#queue;
    queue.setState(job, "verifying");
    const body = { ticket: form.ticket };
    return this.#timed(job, "verify_ms", () => this.#callApi("/api/uploads/complete", body, signal));
  }

  // True once S3 said that it has the bytes; false where all were sent and no answer came (the witness is S3).
  #post(job, form, signal) {
    const onProgress = (sent) => {
      this.#hasReachedBucket = true;
      this.#queue.setState(job, sent < 1 ? "sending" : "finishing", sent);
    };
    const send = async (isLastTry) => {
      this.#queue.setState(job, "sending");
      try {
        job.timings.request_id = await this.#net.post(form, job.file, signal, onProgress);
        return true;
      } catch (error) {
        if (error.kind === "unconfirmed") return false;
        if (error.kind === "unreachable" && this.#hasReachedBucket && !isLastTry) error.kind = "retry";
        throw Object.assign(error, { url: form.url });
      }
    };
    return retryWithBackoff(signal, send, (waitMs, error) => {
      const cause = error.code ? "Storage is busy" : "Connection lost";
      Object.assign(job, { cause, resumesMs: this.#queue.now() + waitMs });
      this.#queue.setState(job, "pausing");
    });
  }

  #callApi(path, body, signal) {
    return this.#withPass(path, signal, (url, pass) => this.#net.call(url, body, pass, signal));
  }

  // A call with a pass: waits where it must, and asks for one new pass where this one has ended.
  #withPass(path, signal, call) {
    const { bridge, options } = this.#queue;
    const url = `${this.#net.origin}${options.apiBase}${path}`;
    let renewed = false;
    return retryWithBackoff(signal, async () => {
      for (;;) {
        const { pass } = bridge;
        try {
          return await call(url, pass);
        } catch (error) {
          if (error.kind !== "pass" || renewed) throw error;
          renewed = true;
          if (pass === bridge.pass) await bridge.renewPass(signal, error);
        }
      }
    });
  }

  // Runs `work` and notes how long it took, for the sequence of the upload.
  async #timed(job, name, work) {
    const startedMs = this.#queue.now();
    try {
      return await work();
    } finally {
      job.timings[name] = this.#queue.now() - startedMs;
    }
  }
}
