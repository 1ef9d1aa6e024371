// What stands where a thumbnail does not load: that it is being made, or in a word why there is none. The bucket
// is asked for the reason once a thumbnail and for few at a time: a refused page must not become twice the load.

import { loadErrorOf } from "../shared/load_error.js";
import { Semaphore } from "../shared/semaphore.js";

const MAX_REQUESTS = 3;
const requests = new Semaphore(MAX_REQUESTS);
const explained = new WeakMap(); // frame -> the address whose failure it explains

export function showBeingMade(frame) {
  explained.delete(frame);
  show(frame, "Being made");
}

// The frame shows a picture again, or something else.
export function clearFailed(frame) {
  explained.delete(frame);
  frame.classList.remove("failed");
  frame.title = "";
}

export function explainFailed(frame, src) {
  if (explained.get(frame) === src) return;
  explained.set(frame, src);
  const isWanted = () => frame.isConnected && explained.get(frame) === src;
  requests.run(async () => {
    if (!isWanted()) return;
    const { word, sentence, isAboutPreview } = await loadErrorOf(src);
    if (!isWanted()) return;
    if (isAboutPreview) {
      show(frame, "No preview");
    } // the image itself may well be there
    else show(frame, word, sentence);
  });
}

function show(frame, word, sentence = "") {
  frame.classList.add("failed");
  frame.dataset.word = word;
  frame.title = sentence;
}
