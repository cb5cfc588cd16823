/** The one dialog of the page: links with data-dialog load into it; the server closes it with the event dialog:close. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["content"];

  connect() {
    document.addEventListener("click", this.intercept, { capture: true });
    document.body.addEventListener("dialog:close", this.close);
    document.body.addEventListener("zhike:leave", this.close);
    this.element.addEventListener("pointerdown", this.pressed);
    this.element.addEventListener("click", this.outside);
    this.element.addEventListener("close", this.cleared);
    this.element.addEventListener("htmx:afterSettle", this.filled);
  }

  disconnect() {
    document.removeEventListener("click", this.intercept, { capture: true });
    document.body.removeEventListener("dialog:close", this.close);
    document.body.removeEventListener("zhike:leave", this.close);
  }

  intercept = (event) => {
    const link = event.target.closest("[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    event.stopPropagation();
    link.closest("[popover]")?.hidePopover();
    this.load(this.address(link));
  };

  /** Where to load from; data-form names a form whose values go along. */
  address(link) {
    const url = new URL(link.dataset.url ?? link.href, location.href);
    const form = document.getElementById(link.dataset.form);
    if (form) for (const [name, value] of new FormData(form)) if (name !== "csrfmiddlewaretoken") url.searchParams.append(name, value);
    return url.pathname + url.search;
  }

  /** Fetches ``url`` as a fragment and shows it; focus goes to the first field or the heading. */
  async load(url) {
    this.opener = document.activeElement;
    await window.htmx.ajax("GET", url, { target: this.contentTarget, swap: "innerHTML" });
    if (!this.contentTarget.children.length) return;
    this.element.classList.toggle("dialog-wide", Boolean(this.contentTarget.querySelector("[data-wide]")));
    if (!this.element.open) this.element.showModal();
    const field = this.contentTarget.querySelector("[autofocus], input:not([type=hidden]), textarea, select");
    (field ?? this.contentTarget.querySelector("h2"))?.focus();
  }

  /** An answer that the server aimed here by itself, such as the reasons of a refusal. */
  filled = () => {
    if (this.contentTarget.children.length && !this.element.open) this.element.showModal();
  };

  close = () => {
    if (this.element.open) this.element.close();
  };

  /** What was pressed: a list that closes under the pointer makes the click seem to fall outside. */
  pressed = (event) => {
    this.start = event.target;
  };

  outside = (event) => {
    const isOutside = event.target === this.element && this.start === this.element;
    if (isOutside && !this.element.querySelector("form[data-dirty]")) this.close();
    if (event.target.closest("[data-close]")) this.close();
  };

  cleared = () => {
    this.contentTarget.replaceChildren();
    this.opener?.focus?.({ preventScroll: true });
  };
}
