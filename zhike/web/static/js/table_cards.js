/** Gives the cells of plain tables the names of their columns, so that on the phone each row becomes a card (table.css). */

/** A table with fewer columns fits the phone as it is. */
const FEWEST = 4;
const NOTHING = new Set(["", "–", "—"]);

/** Listens for new content; called once. */
export function startTableCards() {
  document.addEventListener("htmx:afterSwap", nameCells);
  nameCells();
}

function nameCells() {
  for (const table of document.querySelectorAll(".plain-table:not(.matrix, .mapping, .pool-table, .candidate-group *, [data-named])")) {
    table.dataset.named = "";
    const headings = [...table.querySelectorAll("thead th")].map((heading) => (heading.querySelector(".only-read") ? "" : heading.textContent.trim()));
    if (headings.length >= FEWEST) makeCards(table, headings);
  }
}

function makeCards(table, headings) {
  table.classList.add("is-cards");
  for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
    let column = 0;
    for (const cell of row.cells) {
      if (cell.tagName === "TD" && headings[column]) cell.dataset.label = headings[column];
      cell.classList.toggle("is-nothing", !cell.querySelector("a, button, input, select, svg") && NOTHING.has(cell.textContent.trim()));
      column += cell.colSpan;
    }
  }
}
