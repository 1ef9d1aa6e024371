// One POST by XMLHttpRequest, which alone reports how much of a body was sent.

const IDLE_MS = 60_000; // no byte moved for so long: the connection is dead

// Resolves with {request, status, body, progressed, handedOver}; `status` is 0 where no answer came.
export function postWithProgress(url, content, { signal, onProgress, headers = {} }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let progressed = false;
    let handedOver = false; // to the socket, which does not mean stored
    let idleTimer;
    const restartIdleTimer = () => {
      clearTimeout(idleTimer);
      idleTimer = setTimeout(abort, IDLE_MS);
    };
    const abort = () => request.abort();
    request.upload.onprogress = ({ loaded, total }) => {
      progressed = true;
      restartIdleTimer();
      onProgress(loaded / total);
    };
    request.upload.onload = () => {
      handedOver = true;
      restartIdleTimer();
    };
    request.onloadend = () => {
      clearTimeout(idleTimer);
      signal.removeEventListener("abort", abort);
      if (signal.aborted) return reject(signal.reason);
      const { status } = request;
      resolve({ request, status, body: status ? request.responseText : "", progressed, handedOver });
    };
    signal.addEventListener("abort", abort);
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    restartIdleTimer();
    request.send(content);
  });
}
