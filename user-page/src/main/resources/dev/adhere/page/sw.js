// The page itself opens without a connection after a first visit. Answers of the API are never kept here.

const KEPT = "adhere-page";
const FILES = ["/", "/page.css", "/icon.svg", "/settings.json", "/words.en.json", "/words.de.json", "/dom.js",
  "/page.js", "/api.js", "/clock.js", "/day.js", "/inbox.js", "/outbox.js", "/signin.js", "/timer.js", "/view.js", "/words.js"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !FILES.includes(url.pathname)) return;
  // What is new wins, so that nobody is stuck with an old page.
  event.respondWith((async () => {
    const cache = await caches.open(KEPT);
    try {
      const fresh = await fetch(event.request);
      if (fresh.ok) await cache.put(url.pathname, fresh.clone());
      return fresh;
    } catch (failure) {
      return (await cache.match(url.pathname)) ?? Promise.reject(failure);
    }
  })());
});
