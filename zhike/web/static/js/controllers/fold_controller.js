/** Folds long text to four lines and shows the button only when something is hidden. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["text", "button"];

  connect() {
    this.textTarget.classList.add("fold-closed");
    const isLong = this.textTarget.scrollHeight > this.textTarget.clientHeight + 4;
    this.buttonTarget.hidden = !isLong;
    if (!isLong) this.textTarget.classList.remove("fold-closed");
  }

  toggle() {
    const closed = this.textTarget.classList.toggle("fold-closed");
    this.buttonTarget.setAttribute("aria-expanded", String(!closed));
    this.buttonTarget.textContent = closed ? this.buttonTarget.dataset.more : this.buttonTarget.dataset.less;
  }
}
