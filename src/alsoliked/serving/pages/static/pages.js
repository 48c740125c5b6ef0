// A form marked data-quiet is sent without leaving the page: the parts marked data-part are taken from the answer. All
// forms work without this, by a new page.
"use strict";
document.documentElement.classList.add("scripted");

function swap(text) {
  const made = new DOMParser().parseFromString(text, "text/html");
  const parts = [...document.querySelectorAll("[data-part]")].map(old => [old, made.getElementById(old.id)]);
  if (parts.every(([, fresh]) => fresh === null)) return false;
  const held = document.activeElement ? document.activeElement.closest("[data-part]") : null;
  for (const [old, fresh] of parts) {
    if (!fresh) old.replaceChildren();
    else if (old.hasAttribute("aria-live")) old.replaceChildren(...fresh.childNodes); // kept, so that it is read out
    else old.replaceWith(fresh);
  }
  for (const name of ["h1", ".subtitle", "title"]) {
    const old = document.querySelector(name), fresh = made.querySelector(name);
    if (old && fresh) old.replaceChildren(...fresh.childNodes);
  }
  const heading = held && document.getElementById(held.id)?.querySelector("h2");
  if (heading) { heading.tabIndex = -1; heading.focus({preventScroll: true}); }
  return true;
}

async function send(form, button) {
  const data = new URLSearchParams(new FormData(form, button));
  const place = button && button.hasAttribute("formaction") ? button.formAction : form.action;
  form.setAttribute("aria-busy", "true");
  const answer = await fetch(place, {method: "POST", body: data});
  const text = await answer.text();
  if (!swap(text)) {
    const made = new DOMParser().parseFromString(text, "text/html");
    const news = document.getElementById("news");
    news.textContent = made.querySelector("[role=alert]")?.textContent ?? "That did not work; load the page anew.";
  }
  form.removeAttribute("aria-busy");
  seen();
}

document.addEventListener("submit", event => {
  const form = event.target;
  if (!form.hasAttribute("data-quiet") || form.getAttribute("aria-busy") === "true") return;
  event.preventDefault();
  send(form, event.submitter).catch(() => { form.removeAttribute("aria-busy"); form.submit(); });
});

// A star that is clicked is sent at once; one that is reached by arrow keys waits for Enter.
document.addEventListener("click", event => {
  const star = event.target;
  if (star.matches(".stars input") && event.detail > 0) star.form.requestSubmit();
});

// What was on the page is logged once it was there.
let last = "";
function seen() {
  const list = document.querySelector("[data-shown]");
  if (!list || list.dataset.recommendation === last || list.dataset.shown === "[]") return;
  last = list.dataset.recommendation;
  const data = new URLSearchParams({token: list.dataset.token, recommendation: last, shown: list.dataset.shown});
  fetch("/visit/shown", {method: "POST", body: data, keepalive: true}).catch(() => {});
}
seen();
