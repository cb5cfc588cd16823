/**
 * Builds a filter of nested all/any/not groups. Fields come from the JSON script in data-filter-builder-fields-value (its id):
 * [{key, label, operators: [{key, label, operand}], choices: [[value, label]], input: "text"|"number"|"date"|"choice"|"link", url}].
 * The result is written into the hidden input as JSON of the filter language just before the form is sent.
 */
import { Controller } from "../../vendor/stimulus.js";
import { FilterRow } from "../filter_row.js";

export default class extends Controller {
  static targets = ["root", "json"];
  static values = { fields: String, words: String, inline: Boolean };

  connect() {
    this.fields = JSON.parse(document.getElementById(this.fieldsValue).textContent);
    this.words = JSON.parse(document.getElementById(this.wordsValue).textContent);
    const filter = this.jsonTarget.value ? JSON.parse(this.jsonTarget.value) : { all: [] };
    this.rootTarget.replaceChildren(this.group(this.normal(filter)));
    // Inside a form nobody came for the filter alone: it begins without a row, and takes no focus.
    if (!this.inlineValue && !this.rootTarget.querySelector(".filter-row")) this.addRow(this.rootTarget.firstElementChild);
  }

  /** A filter as {mode, items}: mode is "all", "any" or "none" (not any of them). */
  normal(filter) {
    if (filter.all) return { mode: "all", items: filter.all };
    if (filter.any) return { mode: "any", items: filter.any };
    if (filter.not) {
      const inner = filter.not.any ?? (filter.not.all?.length === 1 ? filter.not.all : [filter.not]);
      return { mode: "none", items: inner };
    }
    return { mode: "all", items: [filter] };
  }

  group({ mode, items }, nested = false) {
    const element = document.createElement("div");
    element.className = "filter-group";
    element.setAttribute("role", "group");
    const head = document.createElement("div");
    head.className = "filter-head";
    const select = document.createElement("select");
    select.className = "form-select";
    select.setAttribute("aria-label", this.words.mode);
    for (const key of ["all", "any", "none"]) select.add(new Option(this.words[key], key, false, key === mode));
    head.append(select);
    if (nested) head.append(this.button("×", this.words.remove, () => element.remove(), "button-icon push"));
    element.append(head);
    for (const item of items) element.append(item.field ? new FilterRow(this.fields, this.words, item).element : this.group(this.normal(item), true));
    const add = document.createElement("div");
    add.className = "filter-add";
    add.append(this.button(this.words.addRow, null, () => this.addRow(element)), this.button(this.words.addGroup, null, () => this.addGroup(element)));
    element.append(add);
    return element;
  }

  button(text, label, run, extra = "") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `button button-quiet button-small ${extra}`;
    button.textContent = text;
    if (label) button.setAttribute("aria-label", label);
    button.addEventListener("click", run);
    return button;
  }

  addRow(group) {
    const row = new FilterRow(this.fields, this.words, null);
    group.querySelector(":scope > .filter-add").before(row.element);
    row.element.querySelector("select").focus();
  }

  addGroup(group) {
    const inner = this.group({ mode: "any", items: [] }, true);
    group.querySelector(":scope > .filter-add").before(inner);
    this.addRow(inner);
  }

  /** The group as JSON; rows without a value are left out, empty groups too. */
  read(group) {
    const items = [...group.children]
      .map((child) => (child.classList.contains("filter-group") ? this.read(child) : child.filterRow?.read()))
      .filter(Boolean);
    if (!items.length) return null;
    const mode = group.querySelector(":scope > .filter-head select").value;
    return mode === "none" ? { not: { any: items } } : { [mode]: items };
  }

  write() {
    const filter = this.read(this.rootTarget.firstElementChild);
    // An empty filter is sent too: it says that the filter of the view does not hold.
    this.jsonTarget.value = filter ? JSON.stringify(filter) : "";
  }

  clear() {
    this.rootTarget.replaceChildren(this.group({ mode: "all", items: [] }));
    this.write();
    this.jsonTarget.form.requestSubmit();
  }
}
