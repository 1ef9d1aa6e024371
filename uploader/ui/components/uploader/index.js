// The component: gives each place in the page the view of its queue.

import { queueFor } from "./queue_registry.js";
import { View } from "./view.js";

const views = new WeakMap();

export default function mountUploader({ data, parentElement, setStateValue }) {
  const queue = queueFor(data.queue);
  let view = views.get(parentElement);
  if (view?.queue !== queue || !parentElement.contains(view.root)) {
    view?.end();
    view = new View(parentElement.querySelector(".direct"), queue);
    views.set(parentElement, view);
  }
  view.setHint(data.hint, data.rules.accept);
  queue.connect(data, setStateValue);
  return () => {
    views.delete(parentElement);
    view.end();
  };
}
