// What this page tells Python: a numbered list, sent whole and again until Python says how much it has read.
// (Streamlit keeps only the last of several quick messages, and loses what is sent while its socket is down.)

const AGAIN_MS = 4_000;
const SLOWEST_MS = 60_000; // each message starts a run: a slow page must be able to finish one
const MOST_AT_ONCE = 200;
const PASS_ASKS = 6;

class Mail {
  pass = "";
  #send = null; // the component's setStateValue, while it is mounted
  #client = Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join("");
  #seq = 0;
  #unread = [];
  #timer = 0;
  #waitMs = AGAIN_MS;
  #asked = 0;
  #waiting = [];

  // Each run of the page: the way to Python, a fresh pass, and how much was read.
  hear({ upload_pass: pass, ack }, send) {
    this.#send = send;
    if (pass !== this.pass) {
      this.pass = pass;
      for (const go of this.#waiting.splice(0)) go();
    }
    const unread = ack?.client === this.#client ? this.#unread.filter(({ seq }) => seq > ack.seq) : this.#unread;
    if (unread.length < this.#unread.length) {
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#waitMs = AGAIN_MS;
    }
    this.#unread = unread;
    this.#post();
  }

  // The component is gone: keep what is unread for the next one.
  hush() {
    this.#send = null;
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  tell(message) {
    this.#unread.push({ seq: ++this.#seq, ...message });
    this.#post();
  }

  // Resolves once the page has given another pass; rejects with `error` where the page was asked and none came.
  // While another page of the app is open there is nobody to ask: then it waits.
  newPass(signal, error) {
    return new Promise((resolve, reject) => {
      let asked = 0;
      const end = (settle, value) => {
        clearInterval(again);
        settle(value);
      };
      const ask = () => {
        if (!this.#send) return;
        if (asked++ === PASS_ASKS) return end(reject, error);
        this.#send("renew_pass", `${this.#client}.${++this.#asked}`);
      };
      const again = setInterval(ask, AGAIN_MS);
      signal.addEventListener("abort", () => end(reject, signal.reason), { once: true });
      this.#waiting.push(() => end(resolve));
      ask();
    });
  }

  #post() {
    if (!this.#send || !this.#unread.length || this.#timer) return;
    this.#send("reports", { client: this.#client, items: this.#unread.slice(0, MOST_AT_ONCE) });
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#waitMs = Math.min(this.#waitMs * 2, SLOWEST_MS);
      this.#post();
    }, this.#waitMs);
  }
}
