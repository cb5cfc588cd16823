/**
 * Notes a contact in one go: opens from one line, keeps a draft in the browser until the server has it, Ctrl-Enter saves.
 * The draft is kept per record under data-composer-key-value, survives a reload, and goes once the save succeeds.
 */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["form", "text", "draft", "nextAt", "nextText", "pick", "send"];
  static values = { key: String, kept: String };

  connect() {
    this.restore();
    this.element.addEventListener("htmx:afterRequest", this.answered);
  }

  open() {
    this.element.classList.add("is-open");
  }

  /** Folds the empty composer when one goes elsewhere; a press on something around it, such as the page, is not elsewhere. */
  leave({ relatedTarget }) {
    if (!relatedTarget || this.element.contains(relatedTarget) || relatedTarget.contains(this.element)) return;
    if (!this.isFilled) this.element.classList.remove("is-open");
  }

  close() {
    this.formTarget.reset();
    this.forget();
    this.element.classList.remove("is-open");
  }

  get isFilled() {
    return Boolean(this.textTarget.value.trim() || (this.hasNextTextTarget && this.nextTextTarget.value.trim()));
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.formTarget.requestSubmit();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (!this.isFilled) this.element.classList.remove("is-open");
      event.target.blur();
    }
  }

  /** A quick date: writes the day into the date input, or opens it for a free choice. */
  quickDate(event) {
    const { date } = event.target.dataset;
    if (date) this.nextAtTarget.value = date;
    this.nextAtTarget.hidden = Boolean(date);
    if (!date) {
      this.nextAtTarget.focus();
      this.nextAtTarget.showPicker?.();
    }
    this.save();
  }

  // Draft

  save() {
    if (!this.isFilled) {
      this.forget();
      return;
    }
    const entries = [...new FormData(this.formTarget)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    localStorage.setItem(this.storageKey, JSON.stringify(entries));
    this.draftTarget.textContent = this.keptValue;
  }

  restore() {
    const stored = localStorage.getItem(this.storageKey);
    if (!stored) return;
    const values = new Map(JSON.parse(stored));
    for (const control of this.formTarget.elements) {
      if (!values.has(control.name) || control.type === "hidden" || control.type === "file") continue;
      if (control.type === "radio" || control.type === "checkbox") control.checked = control.value === values.get(control.name);
      else control.value = values.get(control.name);
    }
    this.open();
    this.draftTarget.textContent = this.keptValue;
  }

  forget() {
    localStorage.removeItem(this.storageKey);
    this.draftTarget.textContent = "";
  }

  get storageKey() {
    return `draft:${this.keyValue}`;
  }

  answered = (event) => {
    if (event.detail.elt !== this.formTarget || !event.detail.successful) return;
    this.close();
    this.textTarget.blur();
  };
}
