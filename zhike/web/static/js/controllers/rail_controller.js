/** Folds the left rail to icons and its groups to their titles; cookies tell the server, so that the next page comes alike. */
import { Controller } from "../../vendor/stimulus.js";

const YEAR = 31536000;

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}

export default class extends Controller {
  toggle() {
    const root = document.documentElement;
    root.dataset.rail = root.dataset.rail === "folded" ? "open" : "folded";
    remember("rail", root.dataset.rail);
  }

  /** Opens or closes a group; the cookie names the groups that are turned against what is usual. */
  turn({ currentTarget: title, params: { group } }) {
    const folded = title.closest(".rail-group").classList.toggle("is-folded");
    title.setAttribute("aria-expanded", String(!folded));
    const turned = new Set((document.cookie.match(/(?:^|; )rail-groups=([^;]*)/)?.[1] ?? "").split(".").filter(Boolean));
    if (!turned.delete(group)) turned.add(group);
    remember("rail-groups", [...turned].join("."));
  }

  /** Arrows go through what is seen; right and left open and close the group of a title. */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const places = [...this.element.querySelectorAll("a, button")].filter((place) => place.offsetParent);
    const index = places.indexOf(document.activeElement);
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (step) {
      event.preventDefault();
      places[index + step]?.focus();
      return;
    }
    const wanted = { ArrowRight: "true", ArrowLeft: "false" }[event.key];
    const expanded = places[index].getAttribute("aria-expanded");
    if (wanted && expanded && expanded !== wanted) places[index].click();
  }
}
