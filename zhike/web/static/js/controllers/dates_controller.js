/**
 * A calendar: entries move to other days by mouse and touch, or by Alt with an arrow (a day, a week); posts {day, version} to
 * the entry's data-move address. A refused move goes back to where it was.
 */
import { Controller } from "../../vendor/stimulus.js";
import { loadSortable } from "../sortable.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export default class extends Controller {
  static targets = ["day", "status"];
  static values = { moved: String };

  async connect() {
    this.sortables = [];
    if (!this.element.querySelector("[data-move]")) return;
    const Sortable = await loadSortable();
    if (!this.element.isConnected) return;
    this.sortables = this.dayTargets.map((list) =>
      Sortable.create(list, {
        group: "dates",
        draggable: ".dates-entry",
        filter: ".is-fixed",
        preventOnFilter: false,
        sort: false,
        animation: 120,
        delay: 180,
        delayOnTouchOnly: true,
        onStart: (event) => (this.origin = { list: event.item.parentElement, next: event.item.nextElementSibling }),
        onEnd: (event) => this.moved(event.item),
      }),
    );
  }

  disconnect() {
    for (const sortable of this.sortables ?? []) sortable.destroy();
  }

  key(event) {
    const step = STEPS[event.key];
    if (!event.altKey || !step) return;
    event.preventDefault();
    const entry = event.currentTarget;
    const days = this.dayTargets;
    const target = days[days.indexOf(entry.parentElement) + step];
    if (!target) return;
    this.origin = { list: entry.parentElement, next: entry.nextElementSibling };
    target.append(entry);
    entry.focus();
    this.moved(entry);
  }

  async moved(entry) {
    const list = entry.parentElement;
    if (list === this.origin.list) return;
    const origin = this.origin;
    this.statusTarget.textContent = `${this.movedValue} ${list.dataset.label}`;
    const answered = (event) => {
      if (event.detail.elt !== entry || event.detail.successful) return;
      origin.list.insertBefore(entry, origin.next?.isConnected ? origin.next : null);
    };
    document.body.addEventListener("htmx:afterRequest", answered);
    await window.htmx.ajax("POST", entry.dataset.move, {
      source: entry,
      target: entry,
      swap: "none",
      values: { day: list.dataset.date, version: entry.dataset.version },
    });
    document.body.removeEventListener("htmx:afterRequest", answered);
  }
}
