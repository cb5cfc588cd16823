/** One condition of the filter builder: field, operator and the operand that the operator asks for. */

export class FilterRow {
  /** ``item`` is {field, op, value} of the filter language, or null for a new condition. */
  constructor(fields, words, item) {
    this.fields = fields;
    this.words = words;
    this.element = document.createElement("div");
    this.element.className = "filter-row";
    this.element.filterRow = this;
    this.field = this.select(fields, item?.field, words.field);
    this.operator = this.select([], null, words.operator);
    this.value = document.createElement("div");
    this.value.className = "filter-value";
    this.element.append(this.field, this.operator, this.value, this.removeButton());
    this.field.addEventListener("change", () => this.fieldChanged());
    this.operator.addEventListener("change", () => this.operatorChanged());
    this.fieldChanged(item?.op, item?.value);
  }

  select(options, chosen, label) {
    const select = document.createElement("select");
    select.className = "form-select";
    select.setAttribute("aria-label", label);
    for (const { key, label: text } of options) select.add(new Option(text, key, false, key === chosen));
    return select;
  }

  removeButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet button-icon";
    button.textContent = "×";
    button.setAttribute("aria-label", this.words.remove);
    button.addEventListener("click", () => this.element.remove());
    return button;
  }

  get chosenField() {
    return this.fields.find((field) => field.key === this.field.value);
  }

  get chosenOperator() {
    return this.chosenField.operators.find((operator) => operator.key === this.operator.value);
  }

  fieldChanged(operator, value) {
    this.operator.replaceChildren(...this.chosenField.operators.map(({ key, label }) => new Option(label, key, false, key === operator)));
    this.operatorChanged(value);
  }

  operatorChanged(value) {
    const operand = this.chosenOperator?.operand ?? "none";
    const make = { value: "one", text: "text", values: "several", range: "range", period: "period", days: "days", none: "none" }[operand];
    this.operand = operand;
    this.value.replaceChildren(...this[make](value instanceof Event ? undefined : value));
  }

  none() {
    return [];
  }

  one(value) {
    const field = this.chosenField;
    if (field.url) return this.linked(value);
    if (field.choices) return [this.choice(value)];
    return [this.input(field.input ?? "text", value)];
  }

  text(value) {
    return [this.input("text", value)];
  }

  days(value) {
    return [this.input("number", value)];
  }

  range(value) {
    return [this.input(this.chosenField.input ?? "text", value?.[0]), this.input(this.chosenField.input ?? "text", value?.[1])];
  }

  period(value) {
    const select = this.select(this.words.periods, value?.relative, this.words.value);
    return [select];
  }

  several(value) {
    if (this.chosenField.url) return this.linked(value);
    if (!this.chosenField.choices) return [this.input("text", value?.join?.(", "))];
    const group = document.createElement("div");
    group.className = "choice-row";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this.words.value);
    group.append(...this.chosenField.choices.map(([key, label]) => this.tick(key, label, Boolean(value?.includes(key)))));
    return [group];
  }

  /** Records to choose by typing, behind ticks for the words that stand for the reader's own. */
  linked(value) {
    const field = this.chosenField;
    const values = (Array.isArray(value) ? value : [value]).filter((item) => item !== undefined && item !== null).map(String);
    const own = field.own.map(([key, label]) => this.tick(key, label, values.includes(key)));
    const known = values.filter((id) => !field.own.some(([key]) => key === id));
    return [...own, this.picker(field, known)];
  }

  picker(field, ids) {
    const picker = document.createElement("div");
    picker.className = "picker";
    const told = { controller: "picker", pickerUrlValue: field.url, pickerNameValue: "", pickerMultipleValue: "true", pickerNothingValue: this.words.nothing, pickerRemoveValue: `${this.words.remove} %s` };
    Object.assign(picker.dataset, told);
    const box = Object.assign(document.createElement("div"), { className: "picker-box" });
    Object.assign(box.dataset, { pickerTarget: "box", action: "click->picker#focusInput" });
    const input = Object.assign(document.createElement("input"), { className: "picker-input", type: "text", autocomplete: "off", placeholder: this.words.search });
    for (const [name, text] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-label", this.words.value]]) input.setAttribute(name, text);
    Object.assign(input.dataset, { pickerTarget: "input", action: "input->picker#type focus->picker#open blur->picker#close keydown->picker#key" });
    const list = Object.assign(document.createElement("div"), { className: "picker-list", hidden: true });
    list.setAttribute("role", "listbox");
    list.dataset.pickerTarget = "list";
    box.append(...ids.map((id) => this.picked(id, field.known?.[id] ?? `#${id}`)), input);
    picker.append(box, list);
    return picker;
  }

  picked(id, title) {
    const chip = Object.assign(document.createElement("span"), { className: "picked" });
    Object.assign(chip.dataset, { pickerTarget: "picked", id });
    const text = Object.assign(document.createElement("span"), { className: "clip", textContent: title });
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", value: id });
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    remove.setAttribute("aria-label", `${this.words.remove} ${title}`);
    remove.dataset.action = "picker#remove";
    chip.append(text, hidden, remove);
    return chip;
  }

  tick(key, label, checked) {
    const choice = document.createElement("label");
    choice.className = "choice";
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: key, checked });
    const text = document.createElement("span");
    text.textContent = label;
    choice.append(box, text);
    return choice;
  }

  choice(value) {
    return this.select(this.chosenField.choices.map(([key, label]) => ({ key, label })), value, this.words.value);
  }

  input(type, value) {
    const input = document.createElement("input");
    input.className = "form-control";
    input.type = type === "choice" || type === "link" ? "text" : type;
    if (type === "number") input.step = "any";
    input.value = value ?? "";
    input.setAttribute("aria-label", this.words.value);
    return input;
  }

  /** {field, op, value}, or null while the operand is missing. */
  read() {
    const condition = { field: this.field.value, op: this.operator.value };
    if (this.operand === "none") return condition;
    const controls = [...this.value.querySelectorAll("input, select")];
    const value = this.operandValue(controls);
    return value === null ? null : { ...condition, value };
  }

  operandValue(controls) {
    const [first] = controls;
    if (this.chosenField.url && ["value", "values"].includes(this.operand)) {
      const list = controls.filter((control) => control.checked || control.type === "hidden").map((control) => control.value);
      return list.length ? list : null;
    }
    if (this.operand === "period") return { relative: first.value };
    if (this.operand === "range") return controls.every((control) => control.value) ? controls.map((control) => control.value) : null;
    if (this.operand === "values") {
      const ticked = controls.filter((control) => control.checked).map((control) => control.value);
      const list = first.type === "checkbox" ? ticked : first.value.split(/[,，、\s]+/).filter(Boolean);
      return list.length ? list : null;
    }
    if (this.operand === "days") return first.value ? Number(first.value) : null;
    return first.value.trim() || null;
  }
}
