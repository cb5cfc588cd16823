/** A place to drop files, or to choose them; shows their names and sends the form when data-file-drop-auto-value is true. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["input", "names"];
  static values = { auto: Boolean };

  over(event) {
    event.preventDefault();
    this.element.classList.add("is-over");
  }

  out() {
    this.element.classList.remove("is-over");
  }

  drop(event) {
    event.preventDefault();
    this.out();
    this.inputTarget.files = event.dataTransfer.files;
    this.chosen();
  }

  chosen() {
    const files = [...this.inputTarget.files];
    if (this.hasNamesTarget) this.namesTarget.textContent = files.map((file) => `${file.name} · ${this.size(file)}`).join("\n");
    if (this.autoValue && files.length) this.inputTarget.form.requestSubmit();
  }

  size(file) {
    const [amount, unit] = file.size < 1_000_000 ? [file.size / 1000, "kilobyte"] : [file.size / 1_000_000, "megabyte"];
    return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
  }
}
