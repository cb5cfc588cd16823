/** Moves between pages without reloading: swaps the view, keeps rail, scroll positions and focus right. */

const SCROLL_KEY = "zhike-scroll";
/** Forbidden, not found, in the recycle bin: pages that say so, not failures of the one that one leaves. */
const ANSWERS_OF_THEIR_OWN = new Set([403, 404, 410]);
let restoring = false;

/** Listens on the document for htmx's events; called once. */
export function startNavigation() {
  history.scrollRestoration = "manual";
  document.addEventListener("htmx:beforeRequest", beforeRequest);
  document.addEventListener("htmx:configRequest", nameTarget);
  document.addEventListener("htmx:beforeSwap", aimAtPart);
  document.addEventListener("htmx:beforeSwap", aimAtView);
  document.addEventListener("htmx:afterSettle", afterSettle);
  document.addEventListener("htmx:historyRestore", () => {
    restoring = true;
    arrive();
  });
  document.addEventListener("htmx:afterRequest", () => setLoading(false));
  document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());
  window.addEventListener("popstate", saveScroll, { capture: true });
  window.addEventListener("pagehide", saveScroll);
  document.addEventListener("click", saveScroll, { capture: true });
  markCurrent();
  restoreScroll();
}

/** Goes to ``url`` as a click on a link would. */
export function visit(url) {
  return window.htmx.ajax("GET", url, { source: document.body, target: document.body, push: "true" });
}

/** Whether the request of this event replaces the whole view: aimed at the body, which only links and forms do. */
function isPageChange(detail) {
  const config = detail.requestConfig ?? detail;
  return config.target === document.body && !partOf(config.elt);
}

/** The id of the part of the page that a boosted link or form with data-into refreshes. */
function partOf(element) {
  return element?.dataset?.into;
}

/** The server learns from HX-Target that the part alone is enough. */
function nameTarget({ detail }) {
  const part = partOf(detail.elt);
  if (part) detail.headers["HX-Target"] = part;
  else if (detail.target === document.body) detail.headers["HX-Boosted"] = "true";
}

function aim(detail, element) {
  detail.target = element;
  detail.swapOverride = "outerHTML";
  detail.selectOverride = `#${element.id}`;
}

function beforeRequest(event) {
  if (isPageChange(event.detail)) setLoading(true);
}

function setLoading(on) {
  document.documentElement.classList.toggle("is-loading", on);
}

/** A link or form with data-into replaces only the element of that id. */
function aimAtPart({ detail }) {
  const element = document.getElementById(partOf(detail.requestConfig.elt));
  if (element && detail.shouldSwap && detail.target === document.body) aim(detail, element);
}

/** A boosted answer replaces #view; an answer without one (sign-in, error page) is loaded as a page of its own. */
function aimAtView(event) {
  const detail = event.detail;
  if (!isPageChange(detail)) return;
  if (ANSWERS_OF_THEIR_OWN.has(detail.xhr.status)) Object.assign(detail, { shouldSwap: true, isError: false });
  if (!detail.shouldSwap) return;
  const view = document.getElementById("view");
  if (!view) return;
  if (!/<div[^>]* id="view"/.test(detail.serverResponse)) {
    detail.shouldSwap = false;
    if (detail.requestConfig.verb === "get") location.assign(detail.pathInfo.finalRequestPath);
    else location.assign(detail.xhr.responseURL);
    return;
  }
  aim(detail, view);
  document.body.dispatchEvent(new CustomEvent("zhike:leave"));
}

function afterSettle(event) {
  if (event.detail.elt?.id === "view") arrive();
}

/** After a page change: mark where one is, put scroll and focus where they belong. */
function arrive() {
  markCurrent();
  if (restoring) restoreScroll();
  else window.scrollTo(0, 0);
  restoring = false;
  const wanted = document.querySelector("#view [autofocus]") ?? document.querySelector("#view [data-heading]");
  if (wanted && !document.querySelector("dialog[open]")) wanted.focus({ preventScroll: true });
}

/** Sets aria-current on the one link of rail and bottom bar whose address is the longest beginning of ours. */
function markCurrent() {
  for (const bar of document.querySelectorAll(".rail, .bottom-bar, .places")) {
    let best = null;
    for (const link of bar.querySelectorAll("a.rail-link, a.bottom-link, a.place")) {
      link.removeAttribute("aria-current");
      const path = new URL(link.href, location.href).pathname;
      const fits = path === "/" ? location.pathname === "/" : location.pathname.startsWith(path);
      if (fits && (!best || path.length > new URL(best.href).pathname.length)) best = link;
    }
    best?.setAttribute("aria-current", "page");
    if (best) bringIntoSight(best, bar.querySelector(".rail-body"));
    // The button with all places stands for those that are not in the bar.
    bar.querySelector("button.bottom-link")?.classList.toggle("is-current", !best);
  }
}

/** A place far down the rail is seen without scrolling there; the page itself stays where it is. */
function bringIntoSight(link, box) {
  if (!box) return;
  const [inner, outer] = [link.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
}

function scrollers() {
  return [...document.querySelectorAll("[data-scroll]")];
}

function saveScroll() {
  const state = { x: window.scrollX, y: window.scrollY, inner: scrollers().map((box) => [box.scrollLeft, box.scrollTop]) };
  const all = JSON.parse(sessionStorage.getItem(SCROLL_KEY) ?? "{}");
  delete all[currentAddress];
  all[currentAddress] = state;
  const kept = Object.fromEntries(Object.entries(all).slice(-50));
  sessionStorage.setItem(SCROLL_KEY, JSON.stringify(kept));
  queueMicrotask(() => setTimeout(() => (currentAddress = location.href), 0));
}

let currentAddress = location.href;
document.addEventListener("htmx:pushedIntoHistory", () => (currentAddress = location.href));
document.addEventListener("htmx:replacedInHistory", () => (currentAddress = location.href));

function restoreScroll() {
  currentAddress = location.href;
  const state = JSON.parse(sessionStorage.getItem(SCROLL_KEY) ?? "{}")[location.href];
  if (!state) return;
  window.scrollTo(state.x, state.y);
  scrollers().forEach((box, index) => {
    if (state.inner[index]) [box.scrollLeft, box.scrollTop] = state.inner[index];
  });
}
