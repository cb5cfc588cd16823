/** A field that holds files: sends those chosen at once and keeps their ids in ticked boxes, which take a file away when unticked. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["input", "files"];
  static values = { url: String, name: String };

  async send() {
    const files = [...this.inputTarget.files];
    this.inputTarget.value = "";
    for (const file of files) await this.sendOne(file);
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async sendOne(file) {
    const body = new FormData();
    body.append("file", file);
    const headers = { Accept: "application/json", ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") };
    try {
      const answer = await fetch(this.urlValue, { method: "POST", body, headers });
      const told = await answer.json();
      if (answer.ok) this.keep(told);
      else this.say(told.message, "error");
    } catch {
      this.element.dispatchEvent(new CustomEvent("htmx:sendError", { bubbles: true }));
    }
  }

  keep({ id, name }) {
    const label = document.createElement("label");
    label.className = "form-check";
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name: this.nameValue, value: id, checked: true, className: "form-check-input" });
    const text = document.createElement("span");
    text.className = "form-check-label";
    text.textContent = name;
    label.append(box, text);
    this.filesTarget.append(label);
  }

  say(message, level) {
    document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { message, level } }));
  }
}
