/**
 * Editing a value where it stands. On facts: data-edit holds the address of the form (click or Enter opens it). In the
 * form itself: Enter saves, Esc puts the value back, leaving the field saves when something changed.
 */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  connect() {
    this.element.addEventListener("click", this.click);
    this.element.addEventListener("keydown", this.key);
    this.element.addEventListener("focusout", this.left);
    this.element.addEventListener("pointerdown", this.pointed);
    this.element.addEventListener("change", this.picked);
    this.element.addEventListener("htmx:beforeSwap", this.keep);
    this.element.addEventListener("htmx:afterSettle", this.settled);
    this.before = new WeakMap();
  }

  click = (event) => {
    if (event.target.closest("a, button, input, select, textarea, .inline-edit")) return;
    this.start(event.target.closest("[data-edit]"));
  };

  /** A link in the list of what is missing opens the fact for writing. */
  lead(event) {
    const place = document.querySelector(`${event.currentTarget.getAttribute("href")} [data-edit]`);
    if (!place) return;
    event.preventDefault();
    place.closest("details").open = true;
    place.scrollIntoView({ block: "center" });
    this.start(place);
  }

  start(place) {
    if (!place || place.querySelector(".inline-edit")) return;
    window.htmx.ajax("GET", place.dataset.edit, { target: place, swap: "innerHTML" });
  }

  /** Remembers what a place showed before its form came, for Esc. */
  keep = (event) => {
    const place = event.detail.target;
    if (!place.querySelector(".inline-edit")) this.before.set(place, place.innerHTML);
  };

  settled = (event) => {
    const form = event.target.querySelector?.(".inline-edit") ?? event.target.closest?.(".inline-edit");
    if (!form) return;
    form.dataset.initial = this.state(form);
    const chosen = form.querySelector("input[type=radio]:checked");
    const control = chosen ?? form.querySelector("input:not([type=hidden]), select, textarea");
    control?.focus();
    if (control?.matches("input[type=text], input:not([type])")) control.select();
  };

  key = (event) => {
    this.byPointer = false;
    const form = event.target.closest(".inline-edit");
    if (!form) {
      if (event.key === "Enter" && event.target.matches("[data-edit]")) this.start(event.target);
      return;
    }
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.revert(form);
    } else if (event.key === "Enter" && !event.shiftKey && (!event.target.matches("textarea") || event.ctrlKey || event.metaKey)) {
      if (event.target.getAttribute("aria-expanded") === "true") return;
      event.preventDefault();
      form.requestSubmit();
    }
  };

  pointed = (event) => {
    this.byPointer = Boolean(event.target.closest(".inline-edit"));
  };

  /** A choice made with the pointer is final; arrow keys pass over choices on their way. */
  picked = (event) => {
    const form = event.target.closest(".inline-edit");
    if (form && this.byPointer && event.target.matches("select:not([multiple]), input[type=radio]")) form.requestSubmit();
  };

  left = (event) => {
    const form = event.target.closest(".inline-edit");
    if (!form || form.contains(event.relatedTarget) || form.classList.contains("htmx-request")) return;
    setTimeout(() => {
      if (!form.isConnected || form.contains(document.activeElement)) return;
      if (this.state(form) === form.dataset.initial) this.revert(form);
      else form.requestSubmit();
    }, 120);
  };

  revert(form) {
    const place = form.parentElement;
    if (!this.before.has(place)) return;
    place.innerHTML = this.before.get(place);
    window.htmx.process(place);
    (place.closest("tr") ?? place).focus({ preventScroll: true });
  }

  state(form) {
    return new URLSearchParams(new FormData(form)).toString();
  }
}
