/**
 * The grid of lines in a form: rows come from a template, go away, and change places by mouse, touch or Alt with an arrow. After
 * each change the whole form goes to data-lines-url-value, which answers {follow, rows, totals}: the server computes, this shows.
 */
import { Controller } from "../../vendor/stimulus.js";
import { loadSortable } from "../sortable.js";

const PAUSE = 250;
let serial = 0;

export default class extends Controller {
  static targets = ["body", "row", "blank", "said"];
  static values = { url: String, record: String, inputs: String, source: String, moved: String };

  async connect() {
    this.form = this.element.closest("form");
    this.form.addEventListener("input", this.typed);
    this.form.addEventListener("change", this.typed);
    this.bodyTarget.addEventListener("keydown", this.key);
    if (!this.rowTargets.length) this.append();
    const Sortable = await loadSortable();
    if (!this.element.isConnected) return;
    this.sortable = Sortable.create(this.bodyTarget, { handle: "[data-handle]", animation: 120, onEnd: () => this.settled() });
  }

  disconnect() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.sortable?.destroy();
    this.sortable = null;
    this.form.removeEventListener("input", this.typed);
    this.form.removeEventListener("change", this.typed);
  }

  add() {
    this.focusIn(this.append());
    this.settled();
  }

  append() {
    const token = `n${Date.now().toString(36)}${(serial += 1)}`;
    const holder = document.createElement("template");
    holder.innerHTML = this.blankTarget.innerHTML.replaceAll("__new__", token);
    this.bodyTarget.append(holder.content);
    return this.bodyTarget.lastElementChild;
  }

  focusIn(row) {
    row.querySelector("td:not(.line-handle) :is(input:not([type=hidden]), select, textarea)")?.focus();
  }

  remove(event) {
    const row = event.target.closest("tr");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    if (next) this.focusIn(next);
    else this.element.querySelector("[data-action='lines#add']").focus();
    this.settled();
  }

  key = (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const row = event.target.closest("tr");
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      if (event.key === "ArrowUp") row.previousElementSibling?.before(row);
      else row.nextElementSibling?.after(row);
      event.target.focus();
      this.settled();
      this.say(row);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("input, select")) {
      event.preventDefault();
      const cell = [...row.cells].indexOf(event.target.closest("td"));
      const next = row.nextElementSibling;
      const control = next?.cells[cell]?.querySelector("input:not([type=hidden]), select");
      if (control) control.focus();
      else this.focusIn(next ?? this.append());
    }
  };

  /** Tells those who do not see it where the line went. */
  say(row) {
    const rows = this.rowTargets;
    this.saidTarget.textContent = this.movedValue.replace("#", rows.indexOf(row) + 1).replace("#", rows.length);
  }

  settled() {
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
    this.later("");
  }

  typed = (event) => {
    const row = event.target.closest?.("tr[data-token]");
    if (row && this.element.contains(row)) {
      const cell = event.target.closest("td");
      const key = cell?.querySelector("[data-note]")?.dataset.note ?? "";
      this.later(`${row.dataset.token}.${key}`);
    } else if (this.inputsValue.split(" ").includes(event.target.name?.split(".")[0])) {
      this.later("");
    }
  };

  /** A product chosen is not forgotten when another change follows before the answer. */
  later(changed) {
    const waiting = (this.changed ?? "").endsWith(`.${this.sourceValue}`) && !changed.endsWith(`.${this.sourceValue}`);
    if (!waiting) this.changed = changed;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const changed = this.changed ?? "";
    this.request?.abort();
    this.request = new AbortController();
    const body = new FormData(this.form);
    body.set("changed", changed);
    body.set("record", this.recordValue);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    const headers = { Accept: "application/json", ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") };
    try {
      const answer = await fetch(this.urlValue, { method: "POST", body, headers, signal: this.request.signal });
      if (!answer.ok) return;
      const told = await answer.json();
      if (this.changed === changed) this.changed = "";
      this.show(told);
    } catch (error) {
      if (error.name !== "AbortError") this.element.dispatchEvent(new CustomEvent("htmx:sendError", { bubbles: true }));
    }
  }

  show({ follow, rows, totals }) {
    if (follow.token) this.fill(follow);
    for (const row of this.rowTargets) {
      const told = rows[row.dataset.token];
      if (!told) continue;
      for (const [key, text] of Object.entries(told.out)) {
        const output = row.querySelector(`[data-out="${CSS.escape(key)}"]`);
        if (output) output.textContent = text;
      }
      for (const note of row.querySelectorAll("[data-note]")) {
        const message = told.errors[note.dataset.note] ?? "";
        note.textContent = message;
        const control = note.parentElement.querySelector("input:not([type=hidden])");
        if (message) control?.setAttribute("aria-invalid", "true");
        else control?.removeAttribute("aria-invalid");
      }
    }
    for (const [key, text] of Object.entries(totals)) {
      const total = this.element.querySelector(`[data-lines-total="${CSS.escape(key)}"]`);
      if (total) total.textContent = text;
    }
  }

  /** What a product brings along replaces everything; a price for another quantity only what was filled in before. */
  fill({ token, set, soft }) {
    let filled = false;
    for (const [key, text] of Object.entries(set ?? soft ?? {})) {
      const control = this.form.elements.namedItem(`lines.${token}.${key}`);
      if (!control || control === document.activeElement) continue;
      if (soft && control.value && control.value !== control.dataset.filled) continue;
      filled ||= control.value !== text;
      control.value = text;
      control.dataset.filled = text;
    }
    if (filled && soft) this.later("");
  }
}
