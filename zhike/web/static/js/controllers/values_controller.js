/** Several inputs of one field (phones, mails): adds an empty row from the template, removes one. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["row", "template", "rows"];

  /** The label of the field names its first input; the others carry the same words. */
  rowTargetConnected(row) {
    const input = row.querySelector("input");
    const label = document.querySelector(`label[for="${CSS.escape(this.element.querySelector("input[id]")?.id ?? "")}"]`);
    if (!input.id && label) input.setAttribute("aria-label", label.textContent.replace("*", "").trim());
  }

  add() {
    this.rowsTarget.append(this.templateTarget.content.cloneNode(true));
    this.rowTargets.at(-1).querySelector("input").focus();
  }

  remove(event) {
    event.target.closest("[data-values-target=row]").remove();
    if (!this.rowTargets.length) this.add();
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
