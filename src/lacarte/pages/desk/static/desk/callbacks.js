// Calling back by keyboard. Everything here is a button or a field that works without it.
"use strict";

(() => {
  const press = (selector) => {
    const button = document.querySelector(selector);
    button?.click();
    return Boolean(button);
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const control = event.ctrlKey || event.metaKey;
    let done = false;
    if (control && !event.altKey && event.key === "Enter") done = press("[data-send]");
    else if (event.altKey && !control && event.code === "KeyN") done = press("[data-next]");
    if (done) event.preventDefault();
  });
  // What is not asked of somebody who was not reached is not in the way.
  const form = document.querySelector("form:has([name=outcome])");
  const answers = form ? [...form.querySelectorAll(".field")].filter((field) => !field.querySelector("[name=outcome]")) : [];
  const show = () => {
    const outcome = form.elements.outcome.value;
    for (const field of answers) {
      const later = Boolean(field.querySelector("[name=call_at]"));
      field.hidden = later ? outcome !== "later" : outcome !== "answered";
    }
  };
  if (form) {
    form.addEventListener("change", show);
    show();
    (form.querySelector("[name=outcome]:checked") || form.querySelector("[name=outcome]")).focus();
  }
})();
