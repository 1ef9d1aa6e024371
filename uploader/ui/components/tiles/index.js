// The component: gives each place in the page its grid.

import { Grid } from "./grid.js";

const grids = new WeakMap();

export default function mountTiles(component) {
  const { parentElement } = component;
  const root = parentElement.querySelector(".tiles");
  let grid = grids.get(parentElement);
  if (grid?.root !== root) {
    grid = new Grid(root, parentElement.querySelector("template"));
    grids.set(parentElement, grid);
  }
  grid.show(component);
}
