/** Keys that work anywhere: search, help, new, and g followed by a letter to go somewhere. Single letters never act in fields. */
import { Controller } from "../../vendor/stimulus.js";

const CHORD_TIME = 1200;

/** Whether the key belongs to what is being typed. */
export function isTyping(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}

export default class extends Controller {
  connect() {
    document.addEventListener("keydown", this.key);
  }

  disconnect() {
    document.removeEventListener("keydown", this.key);
  }

  key = (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      this.search();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (document.querySelector("dialog[open], :popover-open")) return;
    if (this.finishChord(event)) return;
    const run = { "/": this.search, "?": this.help, n: this.create, g: this.startChord, c: this.compose, f: this.filter }[event.key];
    if (!run) return;
    if (run.call(this) !== false) event.preventDefault();
  };

  startChord() {
    this.chord = Date.now();
  }

  finishChord(event) {
    const waiting = this.chord && Date.now() - this.chord < CHORD_TIME;
    this.chord = null;
    if (!waiting) return false;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (!link) return false;
    event.preventDefault();
    link.click();
    return true;
  }

  search() {
    document.getElementById("search").dispatchEvent(new CustomEvent("search:open"));
  }

  places() {
    document.getElementById("places").dispatchEvent(new CustomEvent("places:open"));
  }

  help() {
    document.getElementById("shortcuts").showModal();
  }

  closeHelp() {
    document.getElementById("shortcuts").close();
  }

  create() {
    return this.press("[data-shortcut=new]") || this.press(".topbar [data-menu-target=button][aria-haspopup=menu]");
  }

  compose() {
    const text = document.querySelector("[data-composer-target=text]");
    text?.focus();
    return Boolean(text);
  }

  filter() {
    return this.press("[data-shortcut=filter]");
  }

  press(selector) {
    const element = document.querySelector(selector);
    element?.click();
    return Boolean(element);
  }
}
