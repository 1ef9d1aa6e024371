// What stands where a thumbnail does not load: that it is being made, or in a word why there is none. The bucket
// is asked for the reason once a thumbnail and for few at a time: a refused page must not become twice the load.

const ASKED_AT_ONCE = 3
const BEING_MADE = "Being made"
const waiting = []
let asking = 0

function sayFailed(frame, word, sentence = "") {
  frame.classList.add("failed")
  frame.dataset.word = word
  frame.title = sentence
}

// the frame shows a picture again, or something else
function forgetFailed(frame) {
  frame.classList.remove("failed")
  frame.asked = ""
  frame.title = ""
}

function explainFailed(frame, src) {
  if (frame.asked === src) return
  frame.asked = src
  waiting.push({ frame, src })
  askNext()
}

async function askNext() {
  while (asking < ASKED_AT_ONCE && waiting.length) {
    const { frame, src } = waiting.shift()
    const stillWanted = () => frame.isConnected && frame.asked === src
    if (!stillWanted()) continue
    asking += 1
    const { word, sentence } = await whyNot(src)
    asking -= 1
    const none = ["No preview", "Missing"].includes(word) // the image itself may well be there
    if (stillWanted()) sayFailed(frame, none ? "No preview" : word, none ? "" : sentence)
  }
}
