// A crew's round on a phone with a bad connection: what is pressed is kept and sent (queue.js), the list stays readable
// (worker.js). Without this file every button sends its form as usual.
"use strict";

(() => {
  const round = document.getElementById("round");
  if (!round || !window.indexedDB) return;
  const { steps: address, who } = round.dataset;
  const words = round.dataset;
  const LONGEST_SIDE = 2048, THUMB = 160;

  // --- what the phone keeps, and for how long
  const forgetList = async () => {
    for (const name of await caches.keys()) if (name.startsWith("round-")) await (await caches.open(name)).delete(location.pathname);
  };
  const isOver = () => Date.now() > Number(round.dataset.until);
  let ended = false;
  const endOfDay = async () => {
    if (!isOver() || ended) return;
    ended = true;
    if (window.caches) await forgetList();
    for (const part of [...round.children]) if (!part.matches("h1, .sent, .told")) part.remove();
    const said = document.createElement("p");
    said.className = "notice caution";
    said.textContent = words.over;
    round.append(said);
  };
  // The page that registers the worker came before it, and a newer worker begins with nothing: have it kept too.
  const keepThisPage = async () => {
    if (!navigator.serviceWorker.controller || (await caches.match(location.pathname))) return;
    await fetch(location.pathname, { credentials: "same-origin" }).catch(() => {});
  };
  if (navigator.serviceWorker) {
    navigator.serviceWorker.addEventListener("controllerchange", keepThisPage);
    navigator.serviceWorker.register(round.dataset.worker).then(keepThisPage, () => {});
  }

  // --- what waits
  const sent = round.querySelector("[data-sent]");
  const say = (text, all = false) => {
    sent.hidden = !text;
    sent.classList.toggle("all", all);
    if (sent.textContent !== text) sent.textContent = text;
  };
  const stopOf = (order) => round.querySelector(`[data-order-key="${CSS.escape(order)}"]`);
  const tell = async (ended) => {
    const all = await Queue.steps();
    const mine = all.filter((step) => step.who === who);
    document.cookie = `field_waiting=${all.length}; path=/; max-age=1209600; samesite=lax`;
    for (const tag of round.querySelectorAll("[data-waiting]")) tag.hidden = true;
    for (const step of mine) {
      const tag = stopOf(step.order)?.querySelector("[data-waiting]");
      if (tag) (tag.hidden = false), (tag.textContent = `${step.button}: ${words.waits}`);
    }
    const waits = mine.length === 1 ? words.waitsOne : words.waitsMany.replace("#", mine.length);
    if (ended === "signin") say(`${waits} ${words.signIn}`);
    else if (mine.length) say(waits);
    else if (all.length) say(words.others);
    else say(ended === "sent" && round.dataset.sentSome ? words.allSent : "", true);
    await showTold();
  };
  const showTold = async () => {
    const list = round.querySelector("[data-told]");
    list.replaceChildren(
      ...(await Queue.told()).map((one) => {
        const item = document.createElement("li"), head = document.createElement("h2"), said = document.createElement("p");
        const button = document.createElement("button");
        item.className = "notice caution";
        item.setAttribute("role", "alert");
        head.textContent = one.label;
        said.textContent = one.words ? `${one.said} (“${one.words}”)` : one.said;
        button.className = "plain-button";
        button.textContent = words.seen;
        button.addEventListener("click", () => Queue.read(one.key).then(showTold));
        item.append(head, said, button);
        return item;
      }),
    );
  };

  // --- what a step makes of the list before the server has said so
  const show = (step) => {
    const stop = stopOf(step.order);
    if (!stop) return;
    const list = stop.closest("[data-list]"), details = stop.querySelector("details");
    if (step.kind === "begin") {
      stop.dataset.state = "in-progress";
      stop.querySelector("[name=kind][value=begin]")?.setAttribute("hidden", "");
    } else if (step.kind === "next" && list) list.prepend(stop);
    else if (step.kind === "next") stop.querySelector("button[value=next]")?.setAttribute("disabled", "");
    else if (step.kind !== "photo" && list) {
      stop.classList.add("is-over");
      if (details) details.open = false;
      list.append(stop);
    }
    list?.querySelectorAll(".n").forEach((n, at) => (n.textContent = at + 1));
  };
  const heard = async (step, what, said) => {
    round.dataset.sentSome = "yes";
    const stop = stopOf(step.order);
    if (said?.version && stop) {
      stop.dataset.version = said.version;
      const seen = stop.querySelector("[name=seen]");
      if (seen) seen.value = said.version;
    }
    await tell();
  };
  const send = async () => {
    const before = (await Queue.steps()).length;
    const ended = await Queue.send(address, who, heard);
    await tell(ended);
    if (before && ended === "sent") await refresh();
  };
  // The list as it is by now, with what is open left open; not while somebody writes.
  const refresh = async () => {
    const writing = [...round.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value);
    if (writing || document.activeElement?.matches("#round :is(input, textarea, select)")) return;
    let page;
    try {
      const answer = await fetch(location.pathname, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("round");
    } catch {
      return;
    }
    if (!page || (await Queue.steps()).length) return;
    const open = new Set([...round.querySelectorAll(".stop > details[open]")].map((one) => one.parentElement.id));
    for (const stop of page.querySelectorAll(".stop")) stop.querySelector("details").open ||= open.has(stop.id);
    const kept = [sent, round.querySelector("[data-told]")];
    page.querySelector("[data-sent]").replaceWith(kept[0]);
    page.querySelector("[data-told]").replaceWith(kept[1]);
    round.replaceChildren(...page.children);
    ready();
  };

  // --- photos are made smaller here: less to keep and to send
  const drawn = async (file, side) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas;
  };
  const smaller = async (file) => {
    try {
      const canvas = await drawn(file, LONGEST_SIDE);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? blob : file;
    } catch {
      return file; // the server says what is wrong with it
    }
  };
  const thumbnail = async (input, file) => {
    const item = document.createElement("li"), label = document.createElement("small");
    label.textContent = input.closest(".field").querySelector("label").textContent;
    try {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = (await drawn(file, THUMB)).toDataURL("image/jpeg", 0.7);
      item.append(picture);
    } catch {
      // no picture of it
    }
    item.append(label);
    input.closest("[data-order-key]").querySelector("[data-photos]")?.append(item);
  };

  // --- what is pressed
  const key = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  const keep = async (form, kind, button, more = {}) => {
    const stop = form.closest("[data-order-key]");
    const title = (stop.querySelector("[data-label]") ?? stop.querySelector("h3")).textContent;
    const field = (name) => form.querySelector(`[name="${name}"]`);
    const step = {
      key: key(), who, kind, order: stop.dataset.orderKey, seen: stop.dataset.version ?? "", button,
      reason: field(`reason-${kind}`)?.value ?? "", words: field(`words-${kind}`)?.value ?? "", label: `${title}: ${button}`, ...more,
    };
    if (["failed", "not-today"].includes(kind) && !step.reason && !step.words.trim()) {
      say(words.why);
      field(`words-${kind}`).focus();
      return;
    }
    try {
      await Queue.add(step);
    } catch {
      say(words.noRoom);
      return;
    }
    if (field(`words-${kind}`)) field(`words-${kind}`).value = "";
    show(step);
    await tell();
    send();
  };
  const ready = () => {
    for (const plain of round.querySelectorAll("[data-plain]")) plain.hidden = true;
    const here = round.querySelector("[data-here]");
    if (here && navigator.geolocation) here.hidden = false;
  };
  round.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (form.matches("[data-step]") && button) {
      event.preventDefault();
      event.stopPropagation();
      keep(form, button.value, button.firstChild.textContent.trim());
    } else if (form.matches("[data-online]") && !navigator.onLine) {
      event.preventDefault();
      event.stopPropagation();
      say(words.nobody);
    } else if (form.matches("[data-order]") && button?.value === "here" && !form.elements.longitude.value) {
      event.preventDefault();
      event.stopPropagation();
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          form.elements.longitude.value = coords.longitude.toFixed(3);
          form.elements.latitude.value = coords.latitude.toFixed(3);
          form.requestSubmit(button);
        },
        () => say(words.noPlace),
        { timeout: 10_000, maximumAge: 60_000 },
      );
    }
  });
  round.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.matches("[data-step] input[type=file]") || !input.files.length) return;
    const form = input.form, label = input.closest(".field").querySelector("label").textContent;
    for (const file of [...input.files]) {
      await thumbnail(input, file);
      await keep(form, "photo", label, { photos: [{ shows: input.name, blob: await smaller(file), name: file.name }] });
    }
    input.value = "";
  });

  ready();
  Queue.steps().then((all) => all.filter((step) => step.who === who).forEach(show)).then(() => tell()).then(send);
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || (endOfDay(), send()));
  setInterval(endOfDay, 60_000);
  endOfDay();
})();
