// Live events: one stream per page, told to whoever listens for "cb:changes" on the document.
// Any element with data-live names the address. "cb:live" says whether the stream stands;
// after a break the detail has `again`, and everything on the page may be old.
(() => {
  const address = document.querySelector("[data-live]")?.getAttribute("data-live");
  if (!address) return;
  /** @type {EventSource | null} */
  let source = null;
  let broken = false;
  let wait = 1000;
  let timer = 0;

  /** @param {string} name @param {object} detail */
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  const open = () => {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(address);
    source.addEventListener("ready", () => {
      wait = 1000;
      tell("cb:live", { on: true, again: broken });
      broken = false;
    });
    source.addEventListener("changes", (event) => tell("cb:changes", JSON.parse(event.data)));
    source.addEventListener("error", () => {
      if (!broken) tell("cb:live", { on: false });
      broken = true;
      if (source?.readyState !== EventSource.CLOSED) return; // The browser tries again by itself.
      timer = window.setTimeout(open, wait);
      wait = Math.min(wait * 2, 30_000);
    });
  };

  // Not before every script of the page listens.
  document.addEventListener("DOMContentLoaded", open);
  window.addEventListener("online", open);
  // A page that was frozen in the background comes back with a dead stream.
  window.addEventListener("pageshow", (event) => event.persisted && open());
  window.addEventListener("pagehide", () => source?.close());
})();
