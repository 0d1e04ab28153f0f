// While many send at once, the browser shows that somebody waits: it works a second or two. Without it, a person
// reads what was sent before anything else happens.
"use strict";

(() => {
  const form = document.querySelector("form[data-work]");
  if (!form || !window.Worker || !window.crypto?.subtle) return;
  const told = form.querySelector("[data-said]");
  let wanted = false;
  const worker = new Worker(form.dataset.work);
  const done = (number) => {
    form.elements.proof.value = number;
    told.textContent = "";
    if (wanted) form.submit();
  };
  worker.addEventListener("message", ({ data }) => done(data));
  worker.addEventListener("error", () => {
    worker.terminate();
    done("none");
  });
  form.addEventListener("submit", (event) => {
    if (form.elements.proof.value) return;
    event.preventDefault();
    wanted = true;
    told.textContent = told.dataset.working;
  });
  worker.postMessage({ challenge: form.elements.challenge.value, bits: Number(form.dataset.bits) });
})();
