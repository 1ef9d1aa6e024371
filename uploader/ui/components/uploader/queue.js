// Every upload of one uploader: what waits, what runs, how it ended. It lives outside the component, so that reruns,
// page changes and a reconnect do not disturb it. The view only draws what it finds here.

import {
  IN_LANE,
  isActive,
  isCancellable,
  isDuplicate,
  isOpen,
  isRetryable,
  needsReading,
  PREPARING,
} from "./job_states.js";
import { warnBeforeLeaving } from "./leave_warning.js";
import { PythonBridge } from "./python_bridge.js";
import { judgeFile } from "./rejection.js";
import { FILE_CHANGED, UploadError } from "./upload_error.js";
import { settleUndo } from "./undo.js";
import { MAX_LANES, UploadProcess } from "./upload_process.js";

const MAX_AHEAD = 3; // files that are hashed and signed while others are sent
const MAX_ACTIVE = 20; // all that is under way, so that sending never runs far ahead of the checks
const stopsSending = (error) => ["cors", "unreachable"].includes(error.kind);
export const QUICK_MS = 500; // a file that stays longer in one state waits for the network, not for this machine

export class UploadQueue {
  jobs = [];
  options = { rules: null, apiBase: "", hideNames: false, corsRule: {} };
  notice = null; // {kind, url}: why files go through our own server
  skipped = 0; // files of a folder that are no images
  throughApp = false; // our own server stores the files: the bucket cannot be reached, or somebody wants it so
  view = null; // what draws this queue
  onChange = () => {};
  #busySinceMs = 0;
  #process;

  // All that reaches out of this module can be replaced, so that the queue runs without a browser.
  constructor({
    bridge = new PythonBridge(),
    now = () => performance.now(),
    judge = judgeFile,
    onBusy = warnBeforeLeaving,
    createProcess = (queue) => new UploadProcess(queue),
  } = {}) {
    Object.assign(this, { bridge, now, judge, onBusy });
    this.#process = createProcess(this);
  }

  // What Python says on each run of the page.
  connect(data, send) {
    const { rules, api_base: apiBase, hide_names: hideNames, cors_rule: corsRule, can_undo: canUndo } = data;
    this.options = { rules, apiBase, hideNames, corsRule, canUndo };
    this.bridge.connect(data, send);
    for (const job of this.jobs) settleUndo(job, data.undone ?? {});
    this.onChange();
  }

  // The view is unmounted; the uploads go on.
  disconnect() {
    this.view = null;
    this.onChange = () => {};
    this.bridge.disconnect();
  }

  // Takes files in: [{file, inFolder}].
  async add(found) {
    for (const { file, inFolder } of found) {
      const { mediaType, isImage, rejection } = await this.judge(file, this.options.rules);
      if (inFolder && !isImage) {
        this.skipped += 1;
        continue;
      }
      const { name, size } = file;
      const job = { file, mediaType, name, size, state: "waiting", fraction: 0, reason: "", final: false };
      this.jobs.push(job);
      if (rejection) this.#refuse(job, rejection, true);
      this.pump();
    }
    this.onChange();
  }

  get inLanes() {
    return this.jobs.filter((job) => IN_LANE.includes(job.state));
  }

  get inChecks() {
    return this.jobs.filter((job) => job.state === "verifying");
  }

  // Whether these jobs go as fast as this machine can: what can wait leaves them the cores.
  isQuick(jobs) {
    return jobs.length > 0 && jobs.every((job) => this.now() - job.sinceMs < QUICK_MS);
  }

  // How long something has been under way without a break.
  get busyMs() {
    return this.#busySinceMs && this.now() - this.#busySinceMs;
  }

  get busy() {
    return this.jobs.some(isOpen);
  }

  // Whether another job sends, or has stored, a file with this hash.
  hasTwin(sha256) {
    return this.jobs.some((job) => job.sha256 === sha256 && (isActive(job) || job.state === "stored"));
  }

  // Starts what may start.
  pump() {
    const next = this.jobs.filter((job) => job.state === "waiting").slice(0, this.#room);
    if (next.length) this.#busySinceMs ||= this.now();
    for (const job of next) this.#run(job);
    if (!this.busy) this.#busySinceMs = 0;
    this.onBusy(this.busy);
    this.bridge.setBusy(this.busy);
    this.onChange();
  }

  // How many more may start.
  get #room() {
    const number = (test) => this.jobs.filter(test).length;
    const notSent = number(({ state }) => PREPARING.includes(state) || IN_LANE.includes(state));
    return Math.max(Math.min(MAX_LANES + MAX_AHEAD - notSent, MAX_ACTIVE - number(isActive)), 0);
  }

  cancel(job) {
    if (!isCancellable(job)) return;
    if (job.state === "waiting") Object.assign(job, { state: "cancelled", reason: "Cancelled." });
    job.abort?.abort(new DOMException("Cancelled.", "AbortError"));
    this.pump();
  }

  retry(jobs) {
    for (const job of jobs.filter(isRetryable)) {
      Object.assign(job, { state: "waiting", reason: "", undoFault: "", fraction: 0 });
    }
    this.pump();
  }

  // Sends what was not sent because the same is there already.
  sendDuplicates(jobs) {
    for (const job of jobs.filter(isDuplicate)) {
      Object.assign(job, { state: "waiting", storeDuplicate: true, earlier: null });
    }
    this.pump();
  }

  // Asks the page to delete what was just stored; the file can be sent again then.
  undo(job) {
    if (job.state !== "stored") return;
    this.setState(job, "undoing");
    job.undoSeq = this.bridge.report({ kind: "undo", key: job.key });
  }

  // Files that are not under way yet go straight to the bucket, or through our own server.
  sendThroughApp(isThroughApp) {
    this.throughApp = isThroughApp;
    this.notice = null;
    this.onChange();
  }

  // Takes away what is over and needs nobody's eye: not what was refused or waits for an answer.
  clear() {
    this.#keep((job) => isOpen(job) || needsReading(job));
  }

  // Takes away what was refused or waits for an answer.
  dismiss() {
    this.#keep((job) => !needsReading(job));
  }

  // Where no byte reaches the bucket from here, files go through our own server, those too that are prepared just now.
  blockIfNeeded(error) {
    if (!stopsSending(error) || this.throughApp) return;
    this.throughApp = true;
    this.notice = { kind: error.kind, url: error.url };
    for (const job of this.jobs.filter(({ state }) => PREPARING.includes(state))) job.abort.abort(error);
  }

  setState(job, state, fraction = 0) {
    if (job.state !== state) job.sinceMs = this.now();
    Object.assign(job, { state, fraction });
    this.onChange();
  }

  #keep(test) {
    this.jobs = this.jobs.filter(test);
    this.skipped = 0;
    this.onChange();
  }

  async #run(job) {
    job.abort = new AbortController();
    this.setState(job, "hashing");
    try {
      Object.assign(job, await this.#process.upload(job, job.abort.signal));
      if (job.state === "stored") {
        this.bridge.report({ kind: "stored", key: job.key, size: job.size, ...job.timings });
      }
    } catch (error) {
      this.#fail(job, error);
    }
    this.pump();
  }

  #fail(job, error) {
    if (error.name === "AbortError") return Object.assign(job, { state: "cancelled", reason: "Cancelled." });
    if (stopsSending(error)) return Object.assign(job, { state: "waiting", fraction: 0 });
    const unreadable = ["NotReadableError", "NotFoundError"].includes(error.name);
    const known = error instanceof UploadError;
    if (!known && !unreadable) console.error("uploader:", error);
    const unknown = unreadable ? FILE_CHANGED : "This browser could not send the file; try again.";
    const reason = known ? error.message : unknown;
    const final = unreadable || error.kind === "changed" || [413, 415, 422].includes(error.status);
    this.#refuse(job, reason, final, error.stageReason);
  }

  #refuse(job, reason, final, stageReason = "") {
    Object.assign(job, { state: "refused", reason, final, stageReason });
  }
}
