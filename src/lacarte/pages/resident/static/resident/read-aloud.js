// Reads a page aloud, and prints it, where the browser can. Without this script neither button is there.
(() => {
  const text = document.querySelector("[data-read-aloud-text]");
  for (const printing of document.querySelectorAll("[data-print]")) {
    printing.hidden = false;
    printing.querySelector("button").addEventListener("click", () => window.print());
  }
  if (!text || !("speechSynthesis" in window) || !("SpeechSynthesisUtterance" in window)) return;

  // One utterance a piece: browsers stop in the midst of long ones.
  const pieces = () => [...text.querySelectorAll("h1, h2, h3, p, li, th[scope=row], td")].filter(
    (piece) => !piece.closest("details:not([open]), .no-print, thead") && piece.textContent.trim(),
  );
  const words = (piece) => [piece.dataset.label, piece.textContent].filter(Boolean).join(": ").replace(/\s+/g, " ");
  const language = document.documentElement.lang;
  let reading = null;

  const stop = (button, item, label) => {
    window.speechSynthesis.cancel();
    reading?.classList.remove("being-read");
    reading = null;
    button.textContent = label;
    item.dataset.reads = "";
  };
  const next = (left, finished) => {
    reading?.classList.remove("being-read");
    reading = left.shift() ?? null;
    if (!reading) return finished();
    reading.classList.add("being-read");
    const said = new SpeechSynthesisUtterance(words(reading));
    said.lang = reading.closest("[lang]")?.lang || language;
    said.addEventListener("end", () => reading && next(left, finished));
    window.speechSynthesis.speak(said);
  };
  for (const item of document.querySelectorAll("[data-read-aloud]")) {
    const button = item.querySelector("button");
    const label = button.textContent;
    item.hidden = false;
    button.addEventListener("click", () => {
      if (item.dataset.reads) return stop(button, item, label);
      item.dataset.reads = "yes";
      button.textContent = item.dataset.stop;
      next(pieces(), () => stop(button, item, label));
    });
  }
  window.addEventListener("pagehide", () => window.speechSynthesis.cancel());
})();
