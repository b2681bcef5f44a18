// The search box suggests what the site holds: an editable combobox with a list (ARIA 1.2). Without it, a plain box.
const WAIT = 150; // ms without a key before asking
const MIN = 2; // letters

for (const box of document.querySelectorAll(".cherche")) {
  const input = box.querySelector("input");
  const list = box.appendChild(document.createElement("div"));
  const said = box.appendChild(document.createElement("p"));
  let options = [], active = -1, timer, pending;

  list.id = `${input.id}-liste`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  said.className = "cache";
  said.setAttribute("role", "status");
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);

  const close = () => {
    clearTimeout(timer);
    pending?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  };
  const activate = (n) => {
    options[active]?.setAttribute("aria-selected", "false");
    active = n;
    const option = options[n];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };
  const suggest = async () => {
    pending?.abort();
    const mine = (pending = new AbortController());
    let html = "";
    if (input.value.trim().length >= MIN) {
      try {
        const answer = await fetch(`${box.dataset.suggestions}?q=${encodeURIComponent(input.value)}`, { signal: mine.signal });
        if (answer.ok) html = await answer.text();
      } catch {
        // Superseded, or no network: the box stays a plain one.
      }
    }
    if (mine.signal.aborted || document.activeElement !== input) return;
    activate(-1);
    list.innerHTML = html;
    options = [...list.querySelectorAll("[role=option]")];
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    const n = options.length;
    said.textContent = n ? `${n} suggestion${n > 1 ? "s" : ""}, flèche du bas pour les parcourir.` : "";
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const open = !list.hidden, last = options.length - 1;
    const moves = { ArrowDown: active < last ? active + 1 : -1, ArrowUp: active < 0 ? last : active - 1, Home: 0, End: last };
    if (event.key === "Escape" && open) close();
    else if (event.key === "Enter" && open && active >= 0) options[active].click();
    else if (event.key === "ArrowDown" && !open) suggest();
    else if (open && event.key in moves && (active >= 0 || event.key.startsWith("Arrow"))) activate(moves[event.key]);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  input.form.addEventListener("submit", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus, so the click is not lost
}
