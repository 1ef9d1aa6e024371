// The rows. They stay where they are; only what failed moves up, and what waits for an answer, so that it is read.

import { isDuplicate } from "./job_states.js";
import { Previews } from "./preview.js";
import { Row } from "./row.js";

export class FileList {
  #rows = new Map(); // job -> its row
  #order = []; // the jobs as their rows stand
  #wasBusy = false;

  constructor(element, template, queue) {
    Object.assign(this, { element, template, queue });
    this.previews = new Previews(queue);
    element.replaceChildren(); // a list that is mounted again may hold the rows of the view before
  }

  end() {
    this.previews.end();
  }

  draw() {
    const { jobs } = this.queue;
    this.element.hidden = !jobs.length;
    this.#removeRows(new Set(jobs));
    this.#order = this.#ordered(jobs);
    this.#order.forEach((job, place) => {
      const { element } = this.#drawRow(job);
      const there = this.element.children[place];
      if (there !== element) this.element.insertBefore(element, there ?? null);
    });
    this.#scroll();
  }

  // Under somebody's hand nothing moves: a second click would hit another file's button.
  get #isHeld() {
    return this.element.matches(":hover, :focus-within");
  }

  #removeRows(jobs) {
    for (const [job, row] of this.#rows) {
      if (jobs.has(job)) continue;
      this.previews.forget(row.element);
      row.element.remove();
      this.#rows.delete(job);
    }
  }

  #ordered(jobs) {
    const rank = (job) => (job.state === "refused" ? 2 : isDuplicate(job) ? 1 : 0);
    const sorted = [...jobs].sort((a, b) => rank(b) - rank(a));
    if (!this.#isHeld) return sorted;
    const kept = this.#order.filter((job) => this.#rows.has(job));
    return [...new Set([...kept, ...sorted])];
  }

  #drawRow(job) {
    let row = this.#rows.get(job);
    if (!row) {
      row = new Row(this.template, job, this.queue);
      this.#rows.set(job, row);
      this.previews.watch(row.element, job);
    }
    row.draw(this.previews.isInSight(row.element));
    return row;
  }

  // Keeps in sight what is being sent, then what is verified, then what failed, unless somebody reads the list.
  #scroll() {
    const { element, queue } = this;
    const hasSettled = this.#wasBusy && !queue.busy;
    this.#wasBusy = queue.busy;
    if (this.#isHeld) return;
    if (hasSettled && queue.jobs.some((job) => job.state === "refused" || isDuplicate(job))) {
      element.scrollTop = 0;
    }
    const moving = queue.inLanes.length ? queue.inLanes : queue.inChecks;
    const active = moving.map((job) => this.#rows.get(job)?.element).filter(Boolean);
    if (!active.length) return;
    const top = active[0].offsetTop - element.offsetTop;
    const bottom = active.at(-1).offsetTop + active.at(-1).offsetHeight - element.offsetTop;
    const isInSight = top >= element.scrollTop && bottom <= element.scrollTop + element.clientHeight;
    if (!isInSight) element.scrollTop = top - active[0].offsetHeight;
  }
}
