/** The phone's sheet with every place: narrowed down as one types, Enter opens the first, else the records are searched. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["input", "group", "none", "everything"];

  connect() {
    this.element.addEventListener("places:open", this.open);
    this.element.addEventListener("click", this.chosen);
    document.body.addEventListener("zhike:leave", this.leave);
  }

  disconnect() {
    document.body.removeEventListener("zhike:leave", this.leave);
  }

  open = () => {
    this.inputTarget.value = "";
    this.narrow();
    this.element.showModal();
  };

  close() {
    this.element.close();
  }

  leave = () => {
    if (this.element.open) this.close();
  };

  /** A press beside the sheet closes it, a chosen place does so at once. */
  chosen = (event) => {
    if (event.target === this.element || event.target.closest("a.place")) this.close();
  };

  narrow() {
    const words = this.inputTarget.value.trim().toLowerCase();
    let found = 0;
    for (const group of this.groupTargets) {
      const places = [...group.querySelectorAll("li")];
      for (const place of places) place.hidden = !place.textContent.toLowerCase().includes(words);
      group.hidden = places.every((place) => place.hidden);
      found += places.filter((place) => !place.hidden).length;
    }
    this.noneTarget.hidden = found > 0;
    this.everythingTarget.hidden = !words;
  }

  first(event) {
    if (event.isComposing) return;
    event.preventDefault();
    const place = this.element.querySelector("li:not([hidden]) > a.place");
    if (place && this.inputTarget.value.trim()) place.click();
    else this.everything();
  }

  everything() {
    const words = this.inputTarget.value;
    this.close();
    document.getElementById("search").dispatchEvent(new CustomEvent("search:open", { detail: { words } }));
  }
}
