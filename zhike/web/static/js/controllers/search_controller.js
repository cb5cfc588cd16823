/** The search dialog: results as one types, arrows to choose, Enter to open; an older answer never overwrites a newer one. */
import { Controller } from "../../vendor/stimulus.js";

const PAUSE = 120;

export default class extends Controller {
  static targets = ["input", "results"];
  static values = { url: String };

  connect() {
    this.element.addEventListener("search:open", this.open);
    this.element.addEventListener("click", this.outside);
    document.body.addEventListener("zhike:leave", this.leave);
  }

  disconnect() {
    document.body.removeEventListener("zhike:leave", this.leave);
    clearTimeout(this.timer);
  }

  open = ({ detail }) => {
    if (detail?.words) this.inputTarget.value = detail.words;
    if (!this.element.open) this.element.showModal();
    this.inputTarget.select();
    this.fetch();
  };

  close() {
    this.element.close();
  }

  leave = () => {
    if (this.element.open) this.element.close();
  };

  outside = (event) => {
    if (event.target === this.element) this.close();
  };

  type() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), PAUSE);
  }

  async fetch() {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.urlValue, location.href);
    url.searchParams.set("q", this.inputTarget.value.trim());
    try {
      const answer = await fetch(url, { signal: this.request.signal, headers: { "HX-Request": "true", "HX-Target": "search-results" } });
      if (!answer.ok) return;
      this.resultsTarget.innerHTML = await answer.text();
      window.htmx.process(this.resultsTarget);
      this.choose(0);
    } catch (error) {
      if (error.name !== "AbortError") this.element.dispatchEvent(new CustomEvent("htmx:sendError", { bubbles: true }));
    }
  }

  get hits() {
    return [...this.resultsTarget.querySelectorAll("[role=option]")];
  }

  choose(index) {
    this.index = index;
    this.hits.forEach((hit, position) => {
      hit.setAttribute("aria-selected", String(position === index));
      hit.id ||= `search-hit-${position}`;
    });
    const hit = this.hits[index];
    if (hit) this.inputTarget.setAttribute("aria-activedescendant", hit.id);
    else this.inputTarget.removeAttribute("aria-activedescendant");
    hit?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing) return;
    const count = this.hits.length;
    if (event.key === "Escape") {
      // A search field would only clear itself.
      event.preventDefault();
      this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (count) this.choose((this.index + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const hit = this.hits[this.index];
      if (event.ctrlKey || event.metaKey) window.open(hit?.href, "_blank", "noopener");
      else hit?.click();
    }
  }
}
