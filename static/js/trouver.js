// The finder without reloading: when a choice, the order or the words change, the same address is fetched and its
// regions take the place of ours. Anything unexpected falls back to a plain visit.
const REGIONS = ["dit", "suite", "choix", "trouves"];
const form = document.querySelector(".trouver");
const q = form.elements.q;
const region = (id, page = document) => page.getElementById(id);
const here = () => location.pathname + location.search;
let shown = here(), pending; // the address shown, or on its way

// The address of what the form says, without what it leaves empty. New words are not looked for as typed.
function wanted() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value.trim() && !(name === "exact" && q.value !== q.defaultValue)) query.append(name, value);
  }
  return form.getAttribute("action") + (query.size ? `?${query}` : "");
}

// A way to find again, in the new page, the control that has the focus.
function place(element) {
  if (element.name) return `[name="${CSS.escape(element.name)}"]` + (element.type === "checkbox" ? `[value="${CSS.escape(element.value)}"]` : "");
  if (element.matches("summary")) return `#${element.parentElement.id} > summary`;
  return element.id && `#${element.id}`;
}

function swap(page) {
  const focused = document.activeElement;
  const inside = REGIONS.some((id) => region(id).contains(focused) && region(id) !== focused);
  const again = inside && place(focused);
  const folds = new Map([...form.querySelectorAll("#choix details")].map((fold) => [fold.id, fold.open]));
  for (const id of REGIONS) region(id).replaceChildren(...region(id, page).childNodes);
  for (const [id, open] of folds) if (region(id)) region(id).open = open;
  region("facettes").hidden = region("facettes", page).hidden;
  document.title = page.title;
  q.defaultValue = page.getElementById("q").defaultValue;
  if (inside) ((again && form.querySelector(again)) || region("dit")).focus({ preventScroll: true });
}

// Shows the sheets at `url`. `words`: whether the box takes the words of that address. True once shown.
async function show(url, { push = true, words = false } = {}) {
  pending?.abort();
  const mine = (pending = new AbortController());
  shown = url;
  region("trouves").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine.signal.aborted) return false;
    if (!answer.ok || !REGIONS.every((id) => region(id, page))) throw new Error(answer.status);
    swap(page);
  } catch {
    if (!mine.signal.aborted) location.assign(url);
    return false;
  }
  if (words) q.value = q.defaultValue;
  if (push && url !== here()) history.pushState(null, "", url);
  region("trouves").removeAttribute("aria-busy");
  return true;
}

form.classList.add("trouver--vif");
form.addEventListener("change", () => {
  if (wanted() !== shown) show(wanted());
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (matchMedia("(pointer: coarse)").matches) q.blur(); // puts the keyboard of the phone away
  if (wanted() !== shown) show(wanted());
});
form.addEventListener("click", async (event) => {
  const link = event.target.closest("a");
  if (!link || !/^\?/.test(link.getAttribute("href")) || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const isPage = link.closest(".pages");
  const done = await show(link.pathname + link.search, { words: true });
  if (!done || !isPage) return;
  region("trouves").focus({ preventScroll: true });
  region("trouves").scrollIntoView();
});
addEventListener("popstate", () => {
  if (here() !== shown) show(here(), { push: false, words: true });
});
