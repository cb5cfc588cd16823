/** Says where a value comes from: on hover as a title of its label, on a click or tap of the label as a line below the value.
 *  Markup: data-sources-url-value on the element around the facts. The sentences are fetched once. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static values = { url: String };

  async load() {
    this.told ??= fetch(this.urlValue, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : {}));
    const told = await this.told;
    for (const [key, text] of Object.entries(told)) {
      const label = this.element.querySelector(`#fact-${CSS.escape(key)} dt`);
      if (label) label.title = text;
    }
    return told;
  }

  async toggle(event) {
    const fact = event.target.closest(".fact");
    if (!fact || !event.target.closest("dt")) return;
    const shown = fact.querySelector(".fact-source");
    if (shown) return shown.remove();
    const told = await this.load();
    const text = told[fact.id.replace("fact-", "")];
    if (!text) return;
    const line = document.createElement("dd");
    line.className = "fact-source";
    line.setAttribute("role", "status");
    line.textContent = text;
    fact.append(line);
  }
}
