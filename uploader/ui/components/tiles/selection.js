// What is selected. It lives in the browser alone; Python hears of it when something is to be done with it.

export class Selection {
  active = false;
  #picked = new Set();
  #anchor = "";

  get size() {
    return this.#picked.size;
  }

  get ids() {
    return [...this.#picked];
  }

  has(id) {
    return this.#picked.has(id);
  }

  toggle(id) {
    this.active = true;
    this.#anchor = id;
    if (!this.#picked.delete(id)) this.#picked.add(id);
  }

  // from the last one clicked to this one, both included
  range(id, order) {
    const ends = [order.indexOf(this.#anchor), order.indexOf(id)].sort((a, b) => a - b);
    if (ends[0] < 0) return this.toggle(id);
    this.active = true;
    for (const one of order.slice(ends[0], ends[1] + 1)) this.#picked.add(one);
  }

  all(order) {
    this.active = true;
    for (const id of order) this.#picked.add(id);
  }

  clear(active = false) {
    this.active = active;
    this.#anchor = "";
    this.#picked.clear();
  }
}
