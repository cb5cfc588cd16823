/** Tabs over panels on one page; arrow keys move between them. A single panel without tabs stays as it came. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["tab", "panel"];

  connect() {
    if (!this.tabTargets.length) return;
    const chosen = this.tabTargets.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
    this.show(Math.max(0, chosen));
  }

  choose(event) {
    this.show(this.tabTargets.indexOf(event.currentTarget));
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const count = this.tabTargets.length;
    const index = (this.tabTargets.indexOf(event.currentTarget) + step + count) % count;
    this.show(index);
    this.tabTargets[index].focus();
  }

  show(index) {
    this.tabTargets.forEach((tab, position) => {
      tab.setAttribute("aria-selected", String(position === index));
      tab.tabIndex = position === index ? 0 : -1;
    });
    const wanted = this.tabTargets[index]?.getAttribute("aria-controls");
    for (const panel of this.panelTargets) panel.classList.toggle("is-shown", panel.id === wanted);
  }
}
