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

  if (!form) return;

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
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Leaving the page keeps what was typed since the last pause; sending it, or forgetting it, does not.
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pagehide", () => {
    if (!leaving) navigator.sendBeacon(form.dataset.look, new FormData(form));
  });
})();
