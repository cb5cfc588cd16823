/**
 * Moves cards between columns by mouse, touch or keyboard (Space lifts, arrows move, Space puts down, Esc takes back) and
 * posts {column, before, version} to the card's data-move address. A refused move goes back to where the card was.
 */
import { Controller } from "../../vendor/stimulus.js";
import { loadSortable } from "../sortable.js";

export default class extends Controller {
  static targets = ["cards", "card", "status"];
  static values = { lifted: String, dropped: String, back: String };

  async connect() {
    this.sortables = [];
    const Sortable = await loadSortable();
    if (!this.element.isConnected) return;
    this.sortables = this.cardsTargets.map((list) =>
      Sortable.create(list, {
        group: "board",
        draggable: ".card",
        animation: 120,
        delay: 180,
        delayOnTouchOnly: true,
        onStart: (event) => this.remember(event.item),
        onEnd: (event) => this.moved(event.item),
      }),
    );
  }

  disconnect() {
    for (const sortable of this.sortables) sortable.destroy();
  }

  remember(card) {
    this.origin = { list: card.parentElement, next: card.nextElementSibling };
  }

  key(event) {
    const card = event.currentTarget;
    if (event.target !== card) return;
    const lifted = card.classList.contains("is-lifted");
    if (event.key === " ") {
      event.preventDefault();
      if (lifted) this.putDown(card);
      else this.lift(card);
    } else if (event.key === "Enter" && !lifted) {
      card.querySelector("a")?.click();
    } else if (event.key === "Escape" && lifted) {
      event.stopPropagation();
      card.classList.remove("is-lifted");
      this.putBack(card);
      this.say(this.backValue);
      card.focus();
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      if (lifted) this.carry(card, event.key);
      else this.walk(card, event.key);
    }
  }

  lift(card) {
    this.remember(card);
    card.classList.add("is-lifted");
    this.say(this.liftedValue);
  }

  putDown(card) {
    card.classList.remove("is-lifted");
    this.say(`${this.droppedValue} ${card.parentElement.dataset.label}`);
    this.moved(card);
    card.focus();
  }

  carry(card, key) {
    const lists = this.cardsTargets;
    const index = lists.indexOf(card.parentElement);
    if (key === "ArrowRight") lists[index + 1]?.prepend(card);
    else if (key === "ArrowLeft") lists[index - 1]?.prepend(card);
    else if (key === "ArrowDown") card.nextElementSibling?.after(card);
    else card.previousElementSibling?.before(card);
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    card.focus();
    this.say(card.parentElement.dataset.label);
  }

  walk(card, key) {
    const lists = this.cardsTargets;
    const list = card.parentElement;
    const cards = [...list.querySelectorAll(".card")];
    const row = cards.indexOf(card);
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step) {
      cards[row + step]?.focus();
      return;
    }
    const side = lists[lists.indexOf(list) + (key === "ArrowRight" ? 1 : -1)];
    const others = [...(side?.querySelectorAll(".card") ?? [])];
    others[Math.min(row, others.length - 1)]?.focus();
  }

  /** Tells the server; what it answers (counts, a question for missing data) is swapped in by htmx. */
  async moved(card) {
    const list = card.parentElement;
    if (list === this.origin.list) return;
    const origin = this.origin;
    const answered = (event) => {
      if (event.detail.elt !== card) return;
      if (event.detail.successful) card.dataset.version = event.detail.xhr.getResponseHeader("X-Version") ?? card.dataset.version;
      else this.putBack(card, origin);
    };
    document.body.addEventListener("htmx:afterRequest", answered);
    await window.htmx.ajax("POST", card.dataset.move, {
      source: card,
      target: card,
      swap: "none",
      values: { value: list.dataset.value, version: card.dataset.version },
    });
    document.body.removeEventListener("htmx:afterRequest", answered);
  }

  putBack(card, origin = this.origin) {
    origin.list.insertBefore(card, origin.next?.isConnected ? origin.next : null);
  }

  say(text) {
    this.statusTarget.textContent = text;
  }
}
