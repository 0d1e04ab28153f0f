// The service worker of a crew's round. KEPT is written before this: {version, page, offline, files}.
// It keeps the page of today, what it is drawn with, and nothing else; nothing that was posted.
"use strict";

const NAME = `round-${KEPT.version}`;
const PATIENCE = 6000; // ms for a page to come before the kept one is shown

self.addEventListener("install", (event) => {
  const fresh = [...KEPT.files, KEPT.offline].map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((kept) => kept.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = (names) => names.filter((name) => name.startsWith("round-") && name !== NAME);
  const cleared = caches.keys().then((names) => Promise.all(others(names).map((name) => caches.delete(name))));
  event.waitUntil(cleared.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (KEPT.files.includes(address.pathname)) event.respondWith(file(request));
  else if (address.pathname === KEPT.page) event.respondWith(page(request));
});

async function file(request) {
  const kept = await caches.open(NAME);
  return (await kept.match(request, { ignoreSearch: true })) || fetch(request);
}

async function page(request) {
  const kept = await caches.open(NAME);
  try {
    const answer = await within(PATIENCE, fetch(request));
    // A way to the page of signing in, or a fault, is shown and not kept.
    if (answer.ok && !answer.redirected && answer.headers.get("X-Round-Until")) {
      await kept.put(KEPT.page, answer.clone());
      return answer;
    }
    if (answer.status < 500) return answer;
  } catch {
    // no connection
  }
  const last = await kept.match(KEPT.page);
  if (last && Date.now() < Number(last.headers.get("X-Round-Until"))) return last;
  await kept.delete(KEPT.page);
  return (await kept.match(KEPT.offline)) || Response.error();
}

function within(patience, answer) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), patience));
  return Promise.race([answer, late]);
}
