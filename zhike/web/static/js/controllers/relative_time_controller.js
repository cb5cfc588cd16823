/** Keeps "3 分钟前" true while the page stays open: rewrites <time data-relative datetime> of the last day each half minute. */
import { Controller } from "../../vendor/stimulus.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export default class extends Controller {
  connect() {
    this.format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
    this.timer = setInterval(() => this.update(), MINUTE / 2);
  }

  disconnect() {
    clearInterval(this.timer);
  }

  update() {
    if (document.hidden) return;
    for (const element of document.querySelectorAll("time[data-relative]")) {
      const distance = new Date(element.dateTime).getTime() - Date.now();
      if (Math.abs(distance) < DAY) element.textContent = this.text(distance);
    }
  }

  text(distance) {
    if (Math.abs(distance) < HOUR) return this.format.format(Math.round(distance / MINUTE), "minute");
    return this.format.format(Math.round(distance / HOUR), "hour");
  }
}
