/** A button that opens the browser's own calendar; the hidden date input beside it posts the chosen day. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["input"];

  open() {
    this.inputTarget.showPicker();
  }
}
