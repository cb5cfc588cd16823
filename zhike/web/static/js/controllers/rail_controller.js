/** Folds the left rail to icons; a cookie tells the server, so that the next page comes folded. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  toggle() {
    const root = document.documentElement;
    const folded = root.dataset.rail !== "folded";
    root.dataset.rail = folded ? "folded" : "open";
    document.cookie = `rail=${root.dataset.rail}; path=/; max-age=31536000; samesite=lax`;
  }
}
