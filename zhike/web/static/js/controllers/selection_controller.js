/** Chosen rows and the bar of what can be done with them; Shift chooses a range, "all" stands for every row of the filter. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["box", "all", "bar", "count", "everything", "offer"];

  connect() {
    this.last = null;
    this.update();
  }

  boxTargetConnected() {
    this.update();
  }

  toggle(event) {
    const boxes = this.boxTargets;
    const index = boxes.indexOf(event.target);
    if (event.shiftKey && this.last !== null) {
      const [from, to] = [Math.min(index, this.last), Math.max(index, this.last)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    this.last = index;
    this.unsetEverything();
    this.update();
  }

  toggleAll(event) {
    for (const box of this.boxTargets) box.checked = event.target.checked;
    this.unsetEverything();
    this.update();
  }

  /** All rows that the filter finds, not only those of this page. */
  chooseEverything() {
    if (this.hasEverythingTarget) this.everythingTarget.value = "1";
    for (const box of this.boxTargets) box.checked = true;
    this.update();
  }

  clear() {
    for (const box of this.boxTargets) box.checked = false;
    this.unsetEverything();
    this.update();
    this.element.classList.remove("is-selecting");
  }

  /** On the phone: shows the boxes that are hidden there. */
  start() {
    this.element.classList.add("is-selecting");
  }

  openFilter() {
    this.element.querySelector("[data-shortcut=filter]").click();
  }

  key(event) {
    if (event.key === "Escape" && !document.querySelector("dialog[open], :popover-open") && !this.barTarget.hidden) this.clear();
  }

  unsetEverything() {
    if (this.hasEverythingTarget) this.everythingTarget.value = "";
  }

  update() {
    if (!this.hasBarTarget) return;
    const chosen = this.boxTargets.filter((box) => box.checked).length;
    const everything = this.hasEverythingTarget && this.everythingTarget.value === "1";
    this.barTarget.hidden = chosen === 0;
    this.countTarget.textContent = everything ? this.countTarget.dataset.everything : chosen;
    if (this.hasOfferTarget) this.offerTarget.hidden = everything || chosen < this.boxTargets.length;
    if (this.hasAllTarget) {
      this.allTarget.checked = chosen > 0 && chosen === this.boxTargets.length;
      this.allTarget.indeterminate = chosen > 0 && chosen < this.boxTargets.length;
    }
  }
}
