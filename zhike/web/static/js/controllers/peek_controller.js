/** The drawer beside a list that shows a record while the list stays in use; j and k move on with it open. */
import { Controller } from "../../vendor/stimulus.js";

export default class extends Controller {
  connect() {
    document.addEventListener("peek:show", this.show);
    document.addEventListener("peek:close", this.close);
    document.body.addEventListener("zhike:leave", this.close);
    document.addEventListener("keydown", this.key);
    this.element.addEventListener("click", this.click);
  }

  disconnect() {
    document.removeEventListener("peek:show", this.show);
    document.removeEventListener("peek:close", this.close);
    document.body.removeEventListener("zhike:leave", this.close);
    document.removeEventListener("keydown", this.key);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  show = async ({ detail }) => {
    this.wanted = detail.url;
    const url = new URL(detail.url, location.href);
    url.searchParams.set("peek", "1");
    await window.htmx.ajax("GET", url.pathname + url.search, { target: this.element, swap: "innerHTML" });
    if (this.wanted === detail.url) this.element.hidden = false;
  };

  close = () => {
    this.wanted = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  };

  click = (event) => {
    if (event.target.closest("[data-close]")) this.close();
  };

  key = (event) => {
    if (event.key === "Escape" && this.isOpen && !document.querySelector("dialog[open]")) this.close();
  };
}
