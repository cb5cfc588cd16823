/** Nothing typed is lost: warns before leaving with unsaved changes, saves by Ctrl-Enter, leads to the first error. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static values = { question: String };

  connect() {
    this.initial = this.state();
    this.element.addEventListener("input", this.changed);
    this.element.addEventListener("change", this.changed);
    this.element.addEventListener("keydown", this.key);
    this.element.addEventListener("submit", this.sent);
    window.addEventListener("beforeunload", this.unload);
    document.addEventListener("htmx:confirm", this.confirm);
    if (this.element.querySelector("[aria-invalid=true]")) this.element.dataset.dirty = "";
    this.element.querySelector(".form-errors")?.focus();
  }

  disconnect() {
    window.removeEventListener("beforeunload", this.unload);
    document.removeEventListener("htmx:confirm", this.confirm);
  }

  state() {
    return new URLSearchParams(new FormData(this.element)).toString();
  }

  get isDirty() {
    return "dirty" in this.element.dataset;
  }

  changed = () => {
    if (this.state() === this.initial) delete this.element.dataset.dirty;
    else this.element.dataset.dirty = "";
  };

  key = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.element.requestSubmit();
    }
  };

  sent = () => {
    this.sending = true;
    setTimeout(() => (this.sending = false), 2000);
  };

  unload = (event) => {
    if (this.isDirty && !this.sending) event.preventDefault();
  };

  /** Asks before another page takes the place of this form. */
  confirm = (event) => {
    const leaves = event.detail.elt.matches("a") && !this.element.contains(event.detail.elt);
    if (!leaves || !this.isDirty || !event.detail.path) return;
    event.preventDefault();
    if (window.confirm(this.questionValue)) {
      delete this.element.dataset.dirty;
      event.detail.issueRequest(true);
    }
  };
}
