/**
 * Chooses linked records by typing: one or several, also new ones where allowed. The answer of data-picker-url-value?q=… is
 * JSON {results: [{id, text, hint, tone}], more, creatable}. Chosen ids stand in hidden inputs named data-picker-name-value; a
 * new one is made at once by a POST of its text to the same address.
 */
import { Controller } from "../../vendor/stimulus.js";

const PAUSE = 150;
const GAP = 4;
let serial = 0;

export default class extends Controller {
  static targets = ["box", "input", "list", "picked"];
  static values = { url: String, name: String, multiple: Boolean, create: String, nothing: String, remove: String };

  connect() {
    this.listId = `picker-${(serial += 1)}`;
    this.listTarget.id = this.listId;
    // In the top layer, so that no dialog or table cuts it off.
    this.listTarget.popover = "manual";
    this.inputTarget.setAttribute("aria-controls", this.listId);
    this.options = [];
    this.update();
  }

  disconnect() {
    clearTimeout(this.timer);
    window.removeEventListener("scroll", this.place, { capture: true });
  }

  focusInput(event) {
    if (event.target === this.boxTarget) this.inputTarget.focus();
  }

  type() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), PAUSE);
  }

  /** A dialog that has just opened is read first: its list comes with a click, a letter or an arrow. */
  open({ type, relatedTarget: from }) {
    const isFirst = type === "focus" && (!from || from.matches("h2, [data-close]") || !this.element.closest("form")?.contains(from));
    if (isFirst && this.element.closest("dialog")) return;
    if (this.listTarget.hidden) this.fetch();
  }

  close() {
    setTimeout(() => {
      if (this.element.contains(document.activeElement)) return;
      this.hide();
      this.inputTarget.value = "";
    }, 100);
  }

  /** Closes the list, and forgets a question that is still on its way and would open it again. */
  hide() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.listTarget.hidden = true;
    if (this.listTarget.matches(":popover-open")) this.listTarget.hidePopover();
    window.removeEventListener("scroll", this.place, { capture: true });
    this.inputTarget.setAttribute("aria-expanded", "false");
    this.inputTarget.removeAttribute("aria-activedescendant");
  }

  async fetch() {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.urlValue, location.href);
    url.searchParams.set("q", this.inputTarget.value.trim());
    try {
      const answer = await fetch(url, { signal: this.request.signal, headers: { Accept: "application/json" } });
      if (answer.ok) this.show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") this.element.dispatchEvent(new CustomEvent("htmx:sendError", { bubbles: true }));
    }
  }

  show({ results, creatable }) {
    const typed = this.inputTarget.value.trim();
    const taken = new Set(this.chosen);
    this.options = results.filter((option) => !taken.has(String(option.id)));
    const known = results.some((option) => option.text === typed);
    if (creatable && typed && !known) this.options.push({ id: `new:${typed}`, text: typed, isNew: true });
    this.listTarget.replaceChildren(...this.options.map((option, index) => this.optionElement(option, index)));
    if (!this.options.length) {
      const note = document.createElement("p");
      note.className = "picker-note";
      note.textContent = this.nothingValue;
      this.listTarget.append(note);
    }
    this.listTarget.hidden = false;
    if (!this.listTarget.matches(":popover-open")) this.listTarget.showPopover();
    window.addEventListener("scroll", this.place, { capture: true });
    this.place();
    this.inputTarget.setAttribute("aria-expanded", "true");
    this.choose(0);
  }

  /** Below the box, or above it where there is more room. */
  place = () => {
    const box = this.boxTarget.getBoundingClientRect();
    const list = this.listTarget;
    list.style.inlineSize = `${Math.max(box.width, 240)}px`;
    const below = window.innerHeight - box.bottom;
    const above = below < list.offsetHeight + GAP && box.top > below;
    list.style.top = `${above ? box.top - list.offsetHeight - GAP : box.bottom + GAP}px`;
    list.style.left = `${Math.min(box.left, window.innerWidth - list.offsetWidth - GAP)}px`;
  };

  optionElement(option, index) {
    const element = document.createElement("div");
    element.className = "picker-option";
    element.id = `${this.listId}-${index}`;
    element.setAttribute("role", "option");
    const text = document.createElement("span");
    text.textContent = option.isNew ? this.createValue.replace("%s", option.text) : option.text;
    element.append(text);
    if (option.hint) {
      const hint = document.createElement("small");
      hint.textContent = option.hint;
      element.append(hint);
    }
    element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.pick(option);
    });
    return element;
  }

  choose(index) {
    this.index = index;
    const elements = [...this.listTarget.querySelectorAll("[role=option]")];
    elements.forEach((element, position) => element.setAttribute("aria-selected", String(position === index)));
    elements[index]?.scrollIntoView({ block: "nearest" });
    if (elements[index]) this.inputTarget.setAttribute("aria-activedescendant", elements[index].id);
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.listTarget.hidden;
    const count = this.options.length;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && open && count) {
      event.preventDefault();
      this.choose((this.index + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if (event.key === "ArrowDown" && !open) {
      event.preventDefault();
      this.fetch();
    } else if (event.key === "Enter" && open && count && !event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      this.pick(this.options[this.index]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.hide();
    } else if (event.key === "Backspace" && !this.inputTarget.value) {
      this.removeElement(this.pickedTargets.at(-1));
    }
  }

  get chosen() {
    return this.pickedTargets.map((element) => element.dataset.id);
  }

  async pick(option) {
    if (option.isNew) {
      option = await this.create(option.text);
      if (!option) return;
    }
    if (!this.multipleValue) for (const element of this.pickedTargets) element.remove();
    const element = document.createElement("span");
    element.className = option.tone ? `picked tone-${option.tone}` : "picked";
    element.dataset.pickerTarget = "picked";
    element.dataset.id = option.id;
    const text = document.createElement("span");
    text.className = "clip";
    text.textContent = option.text;
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = this.nameValue;
    hidden.value = option.id;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", this.removeValue.replace("%s", option.text));
    remove.dataset.action = "picker#remove";
    element.append(text, hidden, remove);
    this.inputTarget.before(element);
    this.inputTarget.value = "";
    this.hide();
    this.update();
    this.changed();
    if (this.multipleValue) this.inputTarget.focus();
  }

  /** Makes a record of the typed text; null when the server refuses it. */
  async create(text) {
    const headers = { Accept: "application/json", ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") };
    const answer = await fetch(this.urlValue, { method: "POST", headers, body: new URLSearchParams({ text }) });
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.ok) return told;
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { message: told.message ?? text, level: "error" } }));
    return null;
  }

  remove(event) {
    this.removeElement(event.target.closest("[data-picker-target=picked]"));
    this.inputTarget.focus();
  }

  removeElement(element) {
    if (!element) return;
    element.remove();
    this.update();
    this.changed();
  }

  /** The hint in the empty box goes away once something is chosen. */
  update() {
    this.placeholder ??= this.inputTarget.placeholder;
    this.inputTarget.placeholder = this.pickedTargets.length ? "" : this.placeholder;
  }

  changed() {
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
