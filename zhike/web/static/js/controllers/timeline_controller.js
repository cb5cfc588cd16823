/** Brings what is new into the timeline at its place on the event timeline:changed, without touching what one reads. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static values = { url: String };

  connect() {
    document.body.addEventListener("timeline:changed", this.refresh);
  }

  disconnect() {
    document.body.removeEventListener("timeline:changed", this.refresh);
  }

  refresh = async () => {
    const answer = await fetch(this.urlValue, { headers: { "HX-Request": "true", "HX-Target": "timeline" } });
    if (!answer.ok || !this.element.isConnected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("timeline");
    if (fresh) this.merge(fresh);
  };

  /** ``fresh`` is the newest page of the same timeline: days and entries in it are put in, replaced or taken out here. */
  merge(fresh) {
    const groups = [...fresh.querySelectorAll("[data-day]")];
    const known = new Set([...fresh.querySelectorAll(".entry")].map((entry) => entry.id));
    for (const group of groups) this.mergeDay(group);
    this.removeGone(groups, known, Boolean(fresh.querySelector(".timeline-more")));
    for (const group of this.element.querySelectorAll("[data-day]")) if (!group.querySelector(".entry")) group.remove();
    if (known.size) this.element.querySelector(".empty-small")?.remove();
  }

  mergeDay(group) {
    const { day } = group.dataset;
    const here = this.element.querySelector(`[data-day="${CSS.escape(day)}"]`);
    if (here) {
      this.mergeEntries(here.querySelector("ol"), [...group.querySelectorAll(".entry")]);
      return;
    }
    const later = [...this.element.querySelectorAll("[data-day]")].find((other) => other.dataset.day < day);
    const place = later ?? this.element.querySelector(".timeline-more, .empty-small");
    for (const entry of group.querySelectorAll(".entry")) entry.classList.add("is-new");
    if (place) place.before(group);
    else this.element.append(group);
    window.htmx.process(group);
  }

  mergeEntries(list, entries) {
    let next = list.firstElementChild;
    for (const entry of entries) {
      const known = document.getElementById(entry.id);
      if (!known) {
        entry.classList.add("is-new");
        list.insertBefore(entry, next);
        window.htmx.process(entry);
        continue;
      }
      next = known.nextElementSibling;
      if (this.content(known) !== this.content(entry) && !known.contains(document.activeElement)) {
        known.replaceWith(entry);
        window.htmx.process(entry);
      }
    }
  }

  /** What the server drew; controllers and htmx add classes and attributes of their own. */
  content(entry) {
    return entry.textContent.replace(/\s+/g, " ");
  }

  removeGone(groups, known, more) {
    const oldest = groups.at(-1)?.dataset.day ?? "";
    for (const entry of this.element.querySelectorAll(".entry")) {
      const { day } = entry.closest("[data-day]").dataset;
      if (!known.has(entry.id) && (day > oldest || !more)) entry.remove();
    }
  }
}
