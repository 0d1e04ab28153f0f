// Small comforts; every page works without them.
"use strict";

// An error summary takes the focus, so that nobody misses it.
document.querySelector("[data-takes-focus]")?.focus();

// A link in the error summary goes to the field itself.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  const target = document.getElementById(link.hash.slice(1));
  const field = target?.matches("input, select, textarea") ? target : target?.querySelector("input, select, textarea");
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: "center" });
  field.focus();
});

// Pressing a button twice sends once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 4000);
});
