/**
 * A review by keyboard: 1 right, 2 correct, 3 not reachable, j k move, 7 8 9 choose the class, Enter finishes, s goes on. Targets: field
 * (one a field, data-verdict "" while unanswered), form and finish. After an answer the next open field is the current one.
 */
import { Controller } from "../../vendor/stimulus.js";
import { isTyping } from "./shortcuts_controller.js";

const SAID = { 1: "confirmed", 2: "correct", 3: "unreachable" };

export default class extends Controller {
  static targets = ["field", "form", "finish"];

  connect() {
    document.addEventListener("keydown", this.key);
    this.element.addEventListener("htmx:afterSettle", this.settled);
    if (this.hasFormTarget) this.mark(this.open ?? this.fieldTargets[0]);
  }

  disconnect() {
    document.removeEventListener("keydown", this.key);
  }

  get open() {
    return this.fieldTargets.find((field) => field.dataset.verdict === "");
  }

  get current() {
    return this.element.querySelector(".answer.is-current");
  }

  key = (event) => {
    if (event.altKey || event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && this.formTarget.contains(event.target)) {
      event.preventDefault();
      this.formTarget.requestSubmit();
      return;
    }
    if (event.key === "Escape" && this.press(".answer.is-open [data-cancel]", this.element)) return;
    if (event.ctrlKey || event.metaKey || isTyping(event.target)) return;
    const run = this.command(event);
    if (run && run() !== false) event.preventDefault();
  };

  command(event) {
    if (SAID[event.key]) return () => this.say(SAID[event.key]);
    const onButton = event.target.closest("a, button, summary");
    return {
      j: () => this.move(1),
      k: () => this.move(-1),
      ArrowDown: () => this.move(1),
      ArrowUp: () => this.move(-1),
      7: () => this.choose("7"),
      8: () => this.choose("8"),
      9: () => this.choose("9"),
      s: () => this.press("[data-review-skip]", document),
      Enter: () => (onButton || this.open ? false : this.end()),
    }[event.key];
  }

  say(verdict) {
    return this.press(`[data-say="${verdict}"]`, this.current);
  }

  press(selector, within) {
    const found = within?.querySelector(selector);
    found?.click();
    return Boolean(found);
  }

  choose(number) {
    return this.press(`[data-number="${number}"]`, this.element);
  }

  move(step) {
    const fields = this.fieldTargets;
    const place = fields.indexOf(this.current) + step;
    if (!fields[place]) return false;
    this.mark(fields[place]);
    return true;
  }

  mark(field) {
    this.current?.classList.remove("is-current");
    if (!field) return;
    field.classList.add("is-current");
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "nearest" });
  }

  /** A control has come, or an answer: go to where the next word is wanted. */
  settled = (event) => {
    const field = event.target.closest?.(".answer");
    if (!field) return;
    const control = field.querySelector("input:not([type=hidden]), select, textarea");
    if (control && field.matches("form")) {
      control.focus();
      return;
    }
    if (this.open) this.mark(this.open);
    else this.end({ ask: true });
  };

  /** All is said: the reason is asked for where there is none, otherwise the button waits for Enter. */
  end({ ask = false } = {}) {
    this.current?.classList.remove("is-current");
    const reason = this.formTarget.querySelector("textarea[data-needed]");
    if (reason && !reason.value.trim()) reason.focus();
    else if (ask) this.finishTarget.focus();
    else this.formTarget.requestSubmit();
    return true;
  }
}
