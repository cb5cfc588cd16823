/** Offers people while one types "@" in a comment; the ids of those picked go along in hidden inputs named "mentions". */
import { Controller } from "../../vendor/stimulus.js";

const PAUSE = 150;
const BEHIND_AT = /(?:^|[\s，。；、（(])@([^\s@]{0,20})$/;

export default class extends Controller {
  static targets = ["text", "list", "form"];
  static values = { url: String };

  connect() {
    this.listTarget.id ||= "mention-list";
    this.people = [];
  }

  disconnect() {
    clearTimeout(this.timer);
  }

  get typed() {
    const before = this.textTarget.value.slice(0, this.textTarget.selectionStart);
    return BEHIND_AT.exec(before)?.[1];
  }

  type() {
    clearTimeout(this.timer);
    if (this.typed === undefined) this.hide();
    else this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.urlValue, location.href);
    url.searchParams.set("q", this.typed ?? "");
    try {
      const answer = await fetch(url, { signal: this.request.signal, headers: { Accept: "application/json" } });
      if (answer.ok) this.show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") this.hide();
    }
  }

  show(people) {
    if (this.typed === undefined || !people.length) {
      this.hide();
      return;
    }
    this.people = people;
    this.listTarget.replaceChildren(...people.map((person, index) => this.option(person, index)));
    this.listTarget.hidden = false;
    this.choose(0);
  }

  option(person, index) {
    const element = document.createElement("div");
    element.className = "picker-option";
    element.id = `${this.listTarget.id}-${index}`;
    element.setAttribute("role", "option");
    element.textContent = person.text;
    const hint = document.createElement("small");
    hint.textContent = person.hint ?? "";
    element.append(hint);
    element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.pick(person);
    });
    return element;
  }

  choose(index) {
    this.index = index;
    [...this.listTarget.children].forEach((element, position) => element.setAttribute("aria-selected", String(position === index)));
    this.textTarget.setAttribute("aria-activedescendant", this.listTarget.children[index]?.id ?? "");
  }

  key(event) {
    if (this.listTarget.hidden || event.isComposing) return;
    const count = this.people.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.choose((this.index + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.pick(this.people[this.index]);
    } else if (event.key === "Escape") {
      event.stopImmediatePropagation();
      this.hide();
    }
  }

  pick(person) {
    const text = this.textTarget;
    const end = text.selectionStart;
    const start = end - (this.typed?.length ?? 0);
    text.setRangeText(`${person.text} `, start, end, "end");
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = "mentions";
    hidden.value = person.id;
    this.formTarget.append(hidden);
    this.hide();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    this.hide();
  }

  leave() {
    setTimeout(() => this.hide(), 100);
  }

  hide() {
    clearTimeout(this.timer);
    this.listTarget.hidden = true;
    this.textTarget.removeAttribute("aria-activedescendant");
  }
}
