// What a crew did, kept in the phone (IndexedDB) until the server has said what became of it. Each step has a key of
// its own, and the server takes each key once: so it is sent again whenever no answer came.
"use strict";

const Queue = (() => {
  const STEPS = "steps"; // to be sent, in their order
  const TOLD = "told"; // what was not taken, until somebody has read it
  const LONGEST_WAIT = 300_000;
  const changing = new Set(["begin", "done", "wait", "failed"]); // what changes an order

  let opened;
  const open = () =>
    (opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open("round", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore(STEPS, { keyPath: "n", autoIncrement: true });
        asked.result.createObjectStore(TOLD, { keyPath: "key" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    }));

  const within = async (store, mode, work) => {
    const base = await open();
    return new Promise((resolve, reject) => {
      const all = base.transaction(store, mode);
      const asked = work(all.objectStore(store));
      all.oncomplete = () => resolve(asked.result);
      all.onerror = all.onabort = () => reject(all.error);
    });
  };
  const steps = () => within(STEPS, "readonly", (store) => store.getAll());
  const told = () => within(TOLD, "readonly", (store) => store.getAll());
  const read = (key) => within(TOLD, "readwrite", (store) => store.delete(key));

  // A step that follows another on the same order, of which no answer has come, names that one.
  const add = async (step) => {
    const before = (await steps()).filter((one) => one.order === step.order && changing.has(one.kind)).pop();
    if (changing.has(step.kind) && before) {
      step.after = before.key;
      step.seen = "";
    }
    await within(STEPS, "readwrite", (store) => store.add({ ...step, made: Date.now() }));
  };

  const body = (step, token) => {
    const form = new FormData();
    for (const name of ["key", "order", "kind", "seen", "after", "words", "made"]) form.set(name, step[name] ?? "");
    if (step.reason) form.set(`reason-${step.kind}`, step.reason);
    for (const photo of step.photos ?? []) form.append(photo.shows, photo.blob, photo.name);
    form.set("csrfmiddlewaretoken", token);
    return form;
  };

  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

  // What an answer means: "gone" it is dealt with, "told" it was not taken, "later" send it again, "signin".
  const meaning = async (answer) => {
    const json = answer.headers.get("Content-Type")?.includes("application/json");
    if (!json && answer.redirected) return ["signin"];
    if (!json && answer.status === 403) return ["stale"];
    if (!json) return answer.status === 413 ? ["told", { said: answer.statusText || "413" }] : ["later"];
    const said = await answer.json();
    if (said.outcome === "early") return ["later"];
    return [said.outcome === "taken" && !said.said ? "gone" : "told", said];
  };

  const post = async (step, address) => {
    try {
      const answer = await fetch(address, {
        method: "POST", body: body(step, token()), headers: { Accept: "application/json" }, credentials: "same-origin",
      });
      return await meaning(answer);
    } catch {
      return ["offline"];
    }
  };

  const settle = async (step, what, said) => {
    if (what === "told") {
      const kept = { key: step.key, label: step.label, kind: step.kind, said: said.said, words: step.words ?? "", order: step.order };
      await within(TOLD, "readwrite", (store) => store.put(kept));
    }
    await within(STEPS, "readwrite", (store) => store.delete(step.n));
  };

  // Send what waits, each in its turn; returns why it ended: "sent", "signin", "offline" or "later".
  const sendAll = async (address, who, heard) => {
    let ended = "sent";
    for (const step of await steps()) {
      if (step.who !== who) continue;
      let [what, said] = await post(step, address);
      if (what === "stale") {
        await fetch(location.pathname, { credentials: "same-origin" }); // brings a fresh token
        [what, said] = await post(step, address);
      }
      if (what === "signin" || what === "offline") return what;
      if (what === "gone" || what === "told") {
        await settle(step, what, said);
        await heard(step, what, said);
      } else ended = "later";
    }
    return ended;
  };

  // One page at a time sends, and waits longer after each try in vain.
  let tries = 0, timer, running;
  const send = (address, who, heard) => {
    clearTimeout(timer);
    running ??= (async () => {
      const work = () => sendAll(address, who, heard);
      const ended = navigator.locks ? await navigator.locks.request("round", work) : await work();
      tries = ended === "sent" ? 0 : tries + 1;
      if (ended === "offline" || ended === "later") {
        const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** tries) * (0.75 + Math.random() / 2);
        timer = setTimeout(() => send(address, who, heard), wait);
      }
      return ended;
    })().finally(() => (running = undefined));
    return running;
  };

  return { add, steps, told, read, send, changing };
})();
