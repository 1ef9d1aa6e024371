// The browser's own question before a page is left while uploads run.

const ask = (event) => event.preventDefault();

export function warnBeforeLeaving(isBusy) {
  if (isBusy) globalThis.addEventListener("beforeunload", ask);
  else globalThis.removeEventListener("beforeunload", ask);
}
