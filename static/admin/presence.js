/* While somebody works on a form, say so, and show who else does. The page works without. */
const box = document.getElementById("presence");
const token = document.querySelector("input[name=csrfmiddlewaretoken]");
const EVERY = 45000; // milliseconds; a presence lasts two minutes
let worked = true; // only somebody at work is present: a page left open must not keep its session alive

for (const kind of ["input", "pointerdown", "keydown"]) {
  document.addEventListener(kind, () => { worked = true; }, { passive: true });
}

async function ask() {
  if (!worked || document.hidden) return;
  worked = false;
  try {
    const answer = await fetch(box.dataset.url, { method: "POST", headers: { "X-CSRFToken": token.value }, redirect: "manual" });
    if (answer.status !== 200) return;
    const said = (await answer.text()).trim();
    if (said !== box.innerHTML.trim()) box.innerHTML = said;
  } catch {
    // no network: it will be said at the next load
  }
}

if (box && token) setInterval(ask, EVERY);
