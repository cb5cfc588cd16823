/** The editor of a web form: rows go between two lists (asked, free) and within them, by mouse, touch, button or Alt with an arrow. */
import { Controller } from "../../vendor/stimulus.js";
import { loadSortable } from "../sortable.js";

export default class extends Controller {
  static targets = ["asked", "free", "row"];

  async connect() {
    const Sortable = await loadSortable();
    if (!this.element.isConnected) return;
    this.lists = [this.askedTarget, this.freeTarget].map((list) =>
      Sortable.create(list, { group: "questions", handle: "[data-handle]", animation: 120, onEnd: () => this.settle() }),
    );
  }

  disconnect() {
    this.lists?.forEach((list) => list.destroy());
    this.lists = null;
  }

  /** Only what is asked is sent. */
  settle() {
    for (const row of this.rowTargets) row.querySelector("fieldset").disabled = !this.askedTarget.contains(row);
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  move(event) {
    const row = event.target.closest("[data-design-target=row]");
    const isAsked = this.askedTarget.contains(row);
    if (isAsked) this.freeTarget.prepend(row);
    else this.askedTarget.append(row);
    this.settle();
    row.querySelector("button").focus();
  }

  key(event) {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const row = event.target.closest("[data-design-target=row]");
    if (!row) return;
    if (event.key === "ArrowUp") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    event.target.focus();
    this.settle();
  }
}
