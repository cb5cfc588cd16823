/** Keys in a list: j k move, Enter opens, Space peeks, x selects, e edits the cell, arrows choose it, Esc leaves. */
import { Controller } from "../../vendor/stimulus.js";
import { isTyping } from "./shortcuts_controller.js";

export default class extends Controller {
  static targets = ["row"];

  connect() {
    document.addEventListener("keydown", this.key);
    this.element.addEventListener("click", this.click);
    this.element.addEventListener("dblclick", this.edit);
  }

  disconnect() {
    document.removeEventListener("keydown", this.key);
  }

  get rows() {
    return [...this.element.querySelectorAll("tr[data-url]")];
  }

  get current() {
    return this.element.querySelector("tr.is-current");
  }

  get cell() {
    return this.element.querySelector("td.is-cell");
  }

  key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (document.querySelector("dialog[open], :popover-open") || event.target.closest(".inline-edit")) return;
    const onControl = event.target.closest("a, button, input, summary") && !this.element.contains(event.target);
    const run = {
      j: () => this.move(1),
      k: () => this.move(-1),
      ArrowDown: () => !onControl && this.current && this.move(1),
      ArrowUp: () => !onControl && this.current && this.move(-1),
      ArrowRight: () => this.moveCell(1),
      ArrowLeft: () => this.moveCell(-1),
      Enter: () => !event.target.closest("a, button") && this.open(),
      " ": () => !event.target.closest("a, button, input") && this.peek(),
      x: () => this.select(event),
      e: () => this.startEdit(this.cell ?? this.current?.querySelector("td[data-field]")),
      Escape: () => this.leave(),
    }[event.key];
    if (run && run()) event.preventDefault();
  };

  move(step) {
    const rows = this.rows;
    const index = rows.indexOf(this.current);
    const next = rows[index < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, index + step))];
    if (!next) return false;
    this.mark(next);
    next.scrollIntoView({ block: "nearest" });
    if (!document.getElementById("peek").hidden) this.peek();
    return true;
  }

  mark(row) {
    const field = this.cell?.dataset.field;
    this.cell?.classList.remove("is-cell");
    this.current?.removeAttribute("aria-current");
    this.current?.classList.remove("is-current");
    row.classList.add("is-current");
    row.setAttribute("aria-current", "true");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    if (field) row.querySelector(`td[data-field="${CSS.escape(field)}"]`)?.classList.add("is-cell");
  }

  moveCell(step) {
    const cells = [...(this.current?.querySelectorAll("td[data-field]") ?? [])];
    if (!cells.length) return false;
    const index = Math.max(0, Math.min(cells.length - 1, cells.indexOf(this.cell) + step));
    this.cell?.classList.remove("is-cell");
    cells[index].classList.add("is-cell");
    cells[index].scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }

  open() {
    const link = this.current?.querySelector(".title a");
    link?.click();
    return Boolean(link);
  }

  peek() {
    if (!this.current) return false;
    this.element.dispatchEvent(new CustomEvent("peek:show", { bubbles: true, detail: { url: this.current.dataset.url } }));
    return true;
  }

  select(event) {
    const box = this.current?.querySelector(".pick input");
    if (!box) return false;
    box.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: event.shiftKey }));
    return true;
  }

  click = (event) => {
    const row = event.target.closest("tr[data-url]");
    if (row && !event.target.closest("a, button, input, select, textarea, label")) this.mark(row);
  };

  edit = (event) => {
    this.startEdit(event.target.closest("td[data-field]"));
  };

  /** Asks the server for the cell's form; the inline-edit controller takes over from there. */
  startEdit(cell) {
    if (!cell || cell.querySelector(".inline-edit") || !cell.dataset.field) return false;
    const row = cell.closest("tr");
    if (row !== this.current) this.mark(row);
    this.cell?.classList.remove("is-cell");
    cell.classList.add("is-cell");
    window.htmx.ajax("GET", `${row.dataset.url}edit/${cell.dataset.field}/`, { target: cell, swap: "innerHTML" });
    return true;
  }

  leave() {
    if (!document.getElementById("peek").hidden) return false;
    if (this.cell) {
      this.cell.classList.remove("is-cell");
      return true;
    }
    if (!this.current) return false;
    this.current.classList.remove("is-current");
    return true;
  }
}
