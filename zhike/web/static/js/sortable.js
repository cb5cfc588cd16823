/** Loads SortableJS the first time that something on a page can be dragged. */
export async function loadSortable() {
  await import("../vendor/sortable.min.js");
  return window.Sortable;
}
