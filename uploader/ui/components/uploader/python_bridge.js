// Messages to Python: a numbered list, sent whole and again until Python acknowledges how much it has read.
// (Streamlit keeps only the last of several quick messages, and loses what is sent while its socket is down.)

const REPORT_MS = 2_000; // between two reports while uploads run: each starts a run of the page
const RESEND_MS = 4_000;
const LONGEST_RESEND_MS = 60_000; // each message starts a run: a slow page must be able to finish one
const MAX_ITEMS = 200;
const MAX_PASS_REQUESTS = 6;

export class PythonBridge {
  pass = "";
  #send = null; // the component's setStateValue, while it is mounted
  #client = Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join("");
  #seq = 0;
  #unread = [];
  #timer = 0;
  #isBusy = false;
  #hasStored = false; // since it became busy
  #reportTimer = 0;
  #waitMs = RESEND_MS;
  #passRequests = 0;
  #waitingForPass = [];

  // Each run of the page: the way to Python, a fresh pass, and how much was read.
  connect({ upload_pass: pass, ack }, send) {
    this.#send = send;
    if (pass !== this.pass) {
      this.pass = pass;
      for (const resume of this.#waitingForPass.splice(0)) resume();
    }
    const unread =
      ack?.client === this.#client ? this.#unread.filter(({ seq }) => seq > ack.seq) : this.#unread;
    if (unread.length < this.#unread.length) {
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#waitMs = RESEND_MS;
    }
    this.#unread = unread;
    this.#flush();
  }

  // The component is unmounted: keep what is unread for the next one.
  disconnect() {
    this.#send = null;
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  // Returns the number that the message has. While uploads run, what they stored is told every two seconds.
  report(message) {
    const seq = ++this.#seq;
    this.#unread.push({ seq, ...message });
    const isStored = message.kind === "stored";
    this.#hasStored ||= isStored;
    if (!isStored || !this.#isBusy) this.#endReportPause();
    else this.#reportTimer ||= setTimeout(() => this.#endReportPause(), REPORT_MS);
    return seq;
  }

  // Whether uploads run; once they do not, the last report says so.
  setBusy(isBusy) {
    const hasSettled = this.#isBusy && !isBusy && this.#hasStored;
    this.#isBusy = isBusy;
    if (!hasSettled) return;
    this.#hasStored = false;
    this.report({ kind: "settled" });
  }

  #endReportPause() {
    clearTimeout(this.#reportTimer);
    this.#reportTimer = 0;
    this.#flush();
  }

  // Resolves once the page has given another pass; rejects with `error` where the page was asked and none came.
  // While another page of the app is open there is nobody to ask: then it waits.
  renewPass(signal, error) {
    return new Promise((resolve, reject) => {
      let requests = 0;
      const end = (settle, value) => {
        clearInterval(timer);
        settle(value);
      };
      const request = () => {
        if (!this.#send) return;
        if (requests++ === MAX_PASS_REQUESTS) return end(reject, error);
        this.#send("renew_pass", `${this.#client}.${++this.#passRequests}`);
      };
      const timer = setInterval(request, RESEND_MS);
      signal.addEventListener("abort", () => end(reject, signal.reason), { once: true });
      this.#waitingForPass.push(() => end(resolve));
      request();
    });
  }

  #flush() {
    if (!this.#send || !this.#unread.length || this.#timer || this.#reportTimer) return;
    this.#send("reports", { client: this.#client, items: this.#unread.slice(0, MAX_ITEMS) });
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_RESEND_MS);
      this.#flush();
    }, this.#waitMs);
  }
}
