/** A list whose rows are put in order by mouse, touch, or Alt with an arrow; sends the form after each move. */
import { Controller } from "../../vendor/stimulus.js";
import { loadSortable } from "../sortable.js";

export default class extends Controller {
  static targets = ["row"];
  static values = { auto: Boolean };

  async connect() {
    const Sortable = await loadSortable();
    if (!this.element.isConnected) return;
    this.sortable = Sortable.create(this.element, { handle: "[data-handle]", animation: 120, onEnd: () => this.changed() });
  }

  disconnect() {
    this.sortable?.destroy();
    this.sortable = null;
  }

  key(event) {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const row = event.target.closest("[data-order-target=row]");
    if (event.key === "ArrowUp") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    event.target.focus();
    this.changed();
  }

  changed() {
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
    if (this.autoValue) this.element.closest("form").requestSubmit();
  }
}
