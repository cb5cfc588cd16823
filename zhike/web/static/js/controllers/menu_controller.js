/** A button with a popover: placed beside it, arrow keys inside, closed by Esc, a click outside or a choice. */
import { Controller } from "../../vendor/stimulus.js";

const GAP = 4;
const MARGIN = 8;

export default class extends Controller {
  static targets = ["button", "panel"];

  toggle(event) {
    event?.preventDefault();
    if (this.isOpen) this.close();
    else this.open();
  }

  get isOpen() {
    return this.panelTarget.matches(":popover-open");
  }

  open() {
    this.panelTarget.showPopover();
    this.place();
    this.buttonTarget.setAttribute("aria-expanded", "true");
    this.panelTarget.addEventListener("toggle", this.closed);
    this.panelTarget.addEventListener("keydown", this.key);
    this.panelTarget.addEventListener("click", this.chosen);
    window.addEventListener("resize", this.place);
    (this.panelTarget.querySelector("[autofocus]") ?? this.items[0])?.focus({ preventScroll: true });
    this.dispatch("opened");
  }

  close() {
    if (this.isOpen) this.panelTarget.hidePopover();
  }

  disconnect() {
    window.removeEventListener("resize", this.place);
  }

  /** Below the button, or above it when there is more room; never outside the window. */
  place = () => {
    const button = this.buttonTarget.getBoundingClientRect();
    const panel = this.panelTarget;
    const { offsetWidth: width, offsetHeight: height } = panel;
    const below = window.innerHeight - button.bottom;
    const top = below < height + GAP && button.top > below ? button.top - height - GAP : button.bottom + GAP;
    const fitsRight = button.left + width < window.innerWidth - MARGIN;
    const left = fitsRight ? button.left : button.right - width;
    panel.style.top = `${Math.max(MARGIN, Math.min(top, window.innerHeight - height - MARGIN))}px`;
    panel.style.left = `${Math.max(MARGIN, Math.min(left, window.innerWidth - width - MARGIN))}px`;
  };

  closed = (event) => {
    if (event.newState !== "closed") return;
    this.buttonTarget.setAttribute("aria-expanded", "false");
    this.panelTarget.removeEventListener("toggle", this.closed);
    this.panelTarget.removeEventListener("keydown", this.key);
    this.panelTarget.removeEventListener("click", this.chosen);
    window.removeEventListener("resize", this.place);
    if (this.panelTarget.contains(document.activeElement) || document.activeElement === document.body) {
      this.buttonTarget.focus({ preventScroll: true });
    }
  };

  chosen = (event) => {
    if (event.target.closest("a, button.menu-item:not([role=menuitemcheckbox], [data-keep-open])")) this.close();
  };

  key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.matches("input, select, textarea")) return;
    event.preventDefault();
    const items = this.items;
    const next = (items.indexOf(document.activeElement) + step + items.length) % items.length;
    items[next]?.focus();
  };

  get items() {
    return [...this.panelTarget.querySelectorAll(".menu-item:not([disabled])")].filter((item) => item.offsetParent !== null);
  }
}
