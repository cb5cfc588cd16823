/** Sends files as soon as they are dropped or chosen, one after the other, with a bar for each; the page refreshes afterwards. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  static targets = ["input", "list"];
  static values = { url: String, failed: String };

  over(event) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    this.element.classList.add("is-over");
  }

  out(event) {
    if (!this.element.contains(event.relatedTarget)) this.element.classList.remove("is-over");
  }

  drop(event) {
    event.preventDefault();
    this.element.classList.remove("is-over");
    this.sendAll(event.dataTransfer.files);
  }

  chosen() {
    this.sendAll(this.inputTarget.files);
  }

  async sendAll(files) {
    let taken = 0;
    for (const file of [...files]) taken += (await this.send(file)) ? 1 : 0;
    this.inputTarget.value = "";
    if (!taken) return;
    for (const name of ["record:changed", "timeline:changed"]) document.body.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }

  /** Sends one file; resolves to whether it was taken. What was refused stays in the list with its reason. */
  send(file) {
    const row = this.row(file);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", ({ loaded, total }) => (row.bar.value = total ? loaded / total : 0));
      request.addEventListener("loadend", () => {
        const taken = request.status >= 200 && request.status < 300;
        if (taken) row.element.remove();
        else this.refuse(row, request);
        resolve(taken);
      });
      request.open("POST", this.urlValue);
      request.setRequestHeader("X-CSRFToken", this.token);
      request.setRequestHeader("Accept", "application/json");
      const body = new FormData();
      body.append("file", file);
      request.send(body);
    });
  }

  get token() {
    return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  }

  row(file) {
    const element = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.className = "bar";
    bar.max = 1;
    bar.setAttribute("aria-label", file.name);
    element.append(name, bar);
    this.listTarget.append(element);
    return { element, bar };
  }

  refuse(row, request) {
    let message = this.failedValue;
    try {
      message = JSON.parse(request.responseText).message ?? message;
    } catch {
      // The answer came from something in between: the general sentence stands.
    }
    const note = document.createElement("span");
    note.className = "field-error";
    note.textContent = message;
    row.bar.replaceWith(note);
  }
}
