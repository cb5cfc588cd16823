/** Sends a form as soon as something in it changes, or after a pause in typing. */
import { Controller } from "../../vendor/stimulus.js";

const PAUSE = 250;

export default class extends Controller {
  disconnect() {
    clearTimeout(this.timer);
  }

  now() {
    clearTimeout(this.timer);
    this.element.requestSubmit();
  }

  soon(event) {
    clearTimeout(this.timer);
    if (event.isComposing) return;
    this.timer = setTimeout(() => this.element.requestSubmit(), PAUSE);
  }
}
