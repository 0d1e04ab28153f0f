// The phone desk by keyboard. Everything here is a button or a field that works without it.
"use strict";

(() => {
  const form = document.querySelector("[data-call]");
  const inText = (target) => target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
  const focus = (selector) => {
    const field = document.querySelector(selector);
    field?.scrollIntoView({ block: "nearest" });
    field?.focus();
    return Boolean(field);
  };
  const press = (selector) => {
    const button = document.querySelector(selector);
    button?.click();
    return Boolean(button);
  };
  const keys = () => {
    const list = document.getElementById("keys");
    if (!list) return false;
    list.open = !list.open;
    list.querySelector("summary").focus();
    return true;
  };
  const LETTERS = {
    KeyT: () => focus("#id_text"),
    KeyW: () => focus("#id_address"),
    KeyQ: () => focus("#questions :is(input:not([type=hidden]), select, textarea)"),
    KeyC: () => focus("#id_name"),
    KeyF: () => press("[data-find]"),
    KeyN: () => press("[data-next]"),
    KeyK: keys,
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const control = event.ctrlKey || event.metaKey;
    let done = false;
    if (control && !event.altKey && event.key === "Enter") done = press("[data-send]");
    else if (event.altKey && !control && !event.shiftKey) {
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
      done = digit ? press(`[data-number="${digit[1]}"]`) : Boolean(LETTERS[event.code]?.());
    } else if (event.key === "?" && !inText(event.target)) done = keys();
    else if (event.key === "Enter" && event.target.matches(".call-who input")) done = press("[data-find]");
    if (done) event.preventDefault();
  });

  // What was typed since the last look is kept in this tab too: a reload asks for the page before it leaves this one.
  const CALL = "lacarte call";
  const kept = () => {
    try { return JSON.parse(sessionStorage.getItem(CALL)) || {}; } catch { return {}; }
  };
  const keep = () => {
    const said = [...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "call", "asked"].includes(name));
    try { sessionStorage.setItem(CALL, JSON.stringify({ call: form.elements.call.value, said })); } catch { /* full */ }
  };
  const forget = () => { try { sessionStorage.removeItem(CALL); } catch { /* not allowed: nothing was kept */ } };
  const look = () => form.dispatchEvent(new Event("change", { bubbles: true }));

  if (!form) { forget(); return; }

  const before = kept();
  if (before.call !== form.elements.call.value) forget();
  else {
    let other = false;
    for (const [name, value] of before.said) {
      const field = form.elements[name];
      if (!field || field.value === undefined || field.value === value) continue;
      field.value = value;
      other = true;
    }
    if (other) window.addEventListener("load", look);
  }
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);

  // A suggestion fills in its fields here, and the look that follows shows it as taken; pressed again it is taken back.
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=accept]");
    if (!button || !window.htmx) return;
    event.preventDefault();
    const back = button.getAttribute("aria-pressed") === "true";
    for (const [name, value] of Object.entries(JSON.parse(button.value))) {
      const field = form.elements[name];
      if (field) field.value = back ? "" : value;
    }
    look();
  });

  // Leaving the page keeps what was typed since the last pause; sending it, or forgetting it, does not.
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; forget(); });
  window.addEventListener("pagehide", () => {
    if (!leaving) navigator.sendBeacon(form.dataset.look, new FormData(form));
  });
})();
