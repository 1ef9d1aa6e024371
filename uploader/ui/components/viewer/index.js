// The component: gives each place in the page its viewer.

import { Viewer } from "./viewer.js";

const viewers = new WeakMap();

export default function mountViewer(component) {
  const root = component.parentElement.querySelector(".viewer");
  const viewer = viewers.get(root) ?? new Viewer(root);
  viewers.set(root, viewer);
  viewer.show(component);
  return () => viewer.disconnect();
}
