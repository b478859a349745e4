// Keeps a page that shows clients up to date: rows are replaced as they change, a client's page is read again.
"use strict";
(() => {
  const live = () => document.querySelector("[data-live]");
  if (!live()) return;
  const lost = document.getElementById("lost");
  let missed = false;
  let pause = 1000;
  let waiting = null;

  const read = () => {
    waiting = null;
    const open = [...document.querySelectorAll("#live details")].map((d) => d.open);
    htmx.ajax("GET", location.pathname + location.search, { target: "#live", select: "#live", swap: "outerHTML" })
      .then(() => document.querySelectorAll("#live details").forEach((d, i) => { if (i in open) d.open = open[i]; }));
  };
  // A page is read again once for all that changed within a moment.
  const readSoon = (wait) => { waiting ??= setTimeout(read, wait); };

  const replace = (html) => {
    const part = document.createElement("template");
    part.innerHTML = html;
    const row = part.content.firstElementChild;
    const there = row && document.getElementById(row.id);
    if (!there) return;
    const held = there.contains(document.activeElement);
    const moved = there.dataset.rank !== row.dataset.rank;
    row.classList.add("changed");
    there.replaceWith(row);
    if (held) row.querySelector("a")?.focus();
    if (moved) readSoon(3000);
  };

  const say = () => {
    missed = true;
    lost.textContent = lost.dataset.lost;
  };

  let stream;
  const connect = () => {
    stream?.close();
    stream = new EventSource("/updates");
    stream.addEventListener("ready", () => {
      lost.textContent = "";
      pause = 1000;
      if (missed) readSoon(0);
      missed = false;
    });
    stream.addEventListener("client", (event) => {
      const shown = live().dataset.live;
      if (shown === "cohort") replace(event.data);
      else if (event.data.includes(`id="row-${shown}"`)) readSoon(0);
    });
    stream.addEventListener("gone", (event) => {
      if (live().dataset.live === event.data) location.assign("/");
      else document.getElementById("row-" + event.data)?.remove();
    });
    stream.addEventListener("over", () => {
      stream.close();
      location.assign("/signed-out?why=idle");
    });
    stream.addEventListener("error", () => {
      say();
      if (stream.readyState !== EventSource.CLOSED) return;
      // Refused, not broken off: asked again, ever more seldom.
      setTimeout(connect, pause);
      pause = Math.min(pause * 2, 60000);
    });
  };
  connect();
  addEventListener("offline", say);
  addEventListener("online", connect);
  addEventListener("pagehide", () => stream.close());
  // Back from the browser's memory of pages: what it shows is old.
  addEventListener("pageshow", (event) => { if (event.persisted) { missed = true; connect(); } });
})();
