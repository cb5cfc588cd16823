/** Month and day change their names with the calendar (8 ↔ 八月), and the leap month is asked for in the lunar one only. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["calendar", "month", "day", "leap"];

  connect() {
    this.change();
  }

  change() {
    const lunar = this.calendarTarget.value === "lunar";
    for (const select of [this.monthTarget, this.dayTarget]) {
      for (const option of select.options) {
        const name = lunar ? option.dataset.lunar : option.dataset.solar;
        if (name) option.textContent = name;
      }
    }
    this.leapTarget.closest(".col-auto").hidden = !lunar;
    if (!lunar) this.leapTarget.checked = false;
  }
}
