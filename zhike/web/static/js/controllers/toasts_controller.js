/** Messages with undo for eight seconds. The server sends them as the event "toast" {message, undo, level} in HX-Trigger. */
import { Controller } from "../../vendor/stimulus.js";
import { visit } from "../navigation.js";

const UNDO_TIME = 8000;
const READ_TIME = 5000;

export default class extends Controller {
  static targets = ["toast"];
  static values = { undo: String, close: String, offline: String, failed: String, denied: String };

  connect() {
    document.body.addEventListener("toast", this.received);
    document.addEventListener("htmx:sendError", this.offline);
    document.addEventListener("htmx:responseError", this.failed);
  }

  disconnect() {
    document.body.removeEventListener("toast", this.received);
    document.removeEventListener("htmx:sendError", this.offline);
    document.removeEventListener("htmx:responseError", this.failed);
  }

  toastTargetConnected(toast) {
    if (toast.timer) return;
    this.addButton(toast, "×", this.closeValue, () => toast.remove()).classList.add("toast-close");
    this.schedule(toast, READ_TIME);
  }

  received = ({ detail }) => this.show(detail);

  offline = () => this.show({ message: this.offlineValue, level: "error" });

  failed = ({ detail }) => {
    const sent = detail.xhr.getResponseHeader("HX-Trigger") ?? "";
    if (sent.includes('"toast"')) return;
    this.show({ message: detail.xhr.status === 403 ? this.deniedValue : this.failedValue, level: "error" });
  };

  /** Adds a message; ``undo`` is the address to which taking it back is posted. */
  show({ message, undo, level, url, label }) {
    const toast = document.createElement("div");
    toast.className = level === "error" ? "toast toast-error" : "toast";
    const text = document.createElement("p");
    text.textContent = message;
    toast.append(text);
    if (undo) {
      toast.classList.add("toast-undo");
      this.addButton(toast, this.undoValue, null, () => this.takeBack(toast, undo)).dataset.undo = "";
    } else if (url) {
      this.addButton(toast, label, null, () => visit(url));
    }
    this.addButton(toast, "×", this.closeValue, () => toast.remove()).classList.add("toast-close");
    this.schedule(toast, undo ? UNDO_TIME : READ_TIME);
    this.element.append(toast);
  }

  addButton(toast, text, label, run) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    if (label) button.setAttribute("aria-label", label);
    button.addEventListener("click", run);
    toast.append(button);
    return button;
  }

  /** Removes the toast after ``time`` ms, counted only while nobody points at it or stands in it. */
  schedule(toast, time) {
    let left = time;
    let started = Date.now();
    const run = () => {
      started = Date.now();
      toast.timer = setTimeout(() => toast.remove(), left);
    };
    const pause = () => {
      clearTimeout(toast.timer);
      left = Math.max(1000, left - (Date.now() - started));
    };
    toast.addEventListener("pointerenter", pause);
    toast.addEventListener("focusin", pause);
    toast.addEventListener("pointerleave", run);
    toast.addEventListener("focusout", run);
    run();
  }

  async takeBack(toast, url) {
    toast.remove();
    await window.htmx.ajax("POST", url, { source: this.element, swap: "none" });
    document.body.dispatchEvent(new CustomEvent("records:changed", { bubbles: true }));
  }
}
