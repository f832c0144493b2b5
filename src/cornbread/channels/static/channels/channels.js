// Channels tell their health as it changes: [data-refreshes] asks for itself again.
(() => {
  const LEAST_MS = 1500;
  let timer = 0;
  let last = 0;

  const refresh = () => {
    last = Date.now();
    timer = 0;
    for (const part of document.querySelectorAll("[data-refreshes]")) htmx.trigger(part, "refresh");
  };
  // A wave of posts is many changes; the page needs one of them.
  const soon = () => {
    timer ||= window.setTimeout(refresh, Math.max(0, last + LEAST_MS - Date.now()));
  };

  document.addEventListener("cb:changes", (event) => {
    const { channels = [], kinds = [] } = /** @type {CustomEvent} */ (event).detail;
    if (channels.length || kinds.some((kind) => kind.startsWith("channels.") || kind.startsWith("listening."))) soon();
  });
  document.addEventListener("cb:live", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.again) soon();
  });
  document.addEventListener("htmx:afterSwap", () => cornbread.refreshTimes());
})();
