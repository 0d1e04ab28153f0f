// Danger to life on the desk's pages: asked for again and again, shown in the title, said aloud once for each.
"use strict";

(() => {
  const frame = document.querySelector("[data-dangers]");
  if (!frame) return;
  const said = frame.querySelector("[data-dangers-said]");
  const place = frame.querySelector("[data-dangers-place]");
  const title = document.title;
  const seconds = 15;

  const inside = () => place.querySelector("[data-danger-keys]");
  const keys = () => (inside()?.dataset.dangerKeys || "").split(" ").filter(Boolean);
  const number = () => Number(inside()?.dataset.dangerNumber || 0);
  const name = () => { document.title = number() ? `(${number()}!) ${title}` : title; };

  const beep = () => {
    try {
      const sound = new AudioContext();
      const tone = sound.createOscillator();
      const loudness = sound.createGain();
      tone.frequency.value = 880;
      loudness.gain.setValueAtTime(0.15, sound.currentTime);
      loudness.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.5);
      tone.connect(loudness).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.5);
      tone.onended = () => sound.close();
    } catch { /* a browser without sound still has the banner and the title */ }
  };

  const look = async () => {
    try {
      const answer = await fetch(frame.dataset.dangers, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) return;
      const before = keys();
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      const now = (fresh.querySelector("[data-danger-keys]")?.dataset.dangerKeys || "").split(" ").filter(Boolean);
      const changed = now.join() !== before.join();
      if (place.contains(document.activeElement) && !changed) return; // somebody is about to press a button
      place.replaceChildren(...fresh.childNodes);
      if (now.some((key) => !before.includes(key))) {
        said.textContent = place.querySelector("h2")?.textContent || "";
        beep();
      }
      name();
    } catch { /* the network is away; the next look may find it again */ }
  };

  name();
  window.setInterval(look, seconds * 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
})();
