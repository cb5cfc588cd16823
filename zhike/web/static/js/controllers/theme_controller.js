/** Light, dark or as the system: sets the media of the dark sheet; a cookie lets the server do the same without a flash. */
import { Controller } from "../../vendor/stimulus.js";

const MEDIA = { auto: "screen and (prefers-color-scheme: dark)", light: "not all", dark: "screen" };

export default class extends Controller {
  choose({ params, currentTarget }) {
    document.querySelector("link[data-dark]").media = MEDIA[params.name];
    document.documentElement.dataset.theme = params.name;
    document.cookie = `theme=${params.name}; path=/; max-age=31536000; samesite=lax`;
    for (const item of currentTarget.parentElement.querySelectorAll("[aria-checked]")) {
      item.setAttribute("aria-checked", String(item === currentTarget));
    }
  }
}
