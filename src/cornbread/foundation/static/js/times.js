// Keeps "5 min ago" and "18 min left" true while the page is open.
(() => {
  const MINUTE = 60, HOUR = 3600, DAY = 86400;
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
  const near = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
  const far = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

  /** The same words as the server's `relative` filter. @param {Date} then @param {number} now */
  const relative = (then, now) => {
    const s = Math.round((now - then.getTime()) / 1000);
    const size = Math.abs(s);
    if (size < 45) return s < 0 ? "in a moment" : "just now";
    const text = size < 45 * MINUTE ? `${Math.max(1, Math.round(size / MINUTE))} min`
      : size < 22 * HOUR ? `${Math.max(1, Math.round(size / HOUR))} h`
      : size < 6.5 * DAY ? `${Math.max(1, Math.round(size / DAY))} d` : "";
    if (text) return s < 0 ? `in ${text}` : `${text} ago`;
    return then.getFullYear() === new Date(now).getFullYear() ? near.format(then) : far.format(then);
  };

  /** @param {number} seconds */
  const span = (seconds) => {
    const s = Math.abs(Math.trunc(seconds));
    if (s < 10 * MINUTE) return `${Math.floor(s / MINUTE)}:${String(s % MINUTE).padStart(2, "0")}`;
    if (s < 2 * HOUR) return `${Math.floor(s / MINUTE)} min`;
    if (s < 2 * DAY) return `${Math.floor(s / HOUR)} h`;
    return `${Math.floor(s / DAY)} d`;
  };

  /** @param {HTMLTimeElement} element @param {number} now */
  const tick = (element, now) => {
    const left = (Date.parse(element.dateTime) - now) / 1000;
    const soon = Number(element.dataset.soon ?? 600);
    const state = left <= 0 ? "late" : left <= soon ? "soon" : "ok";
    const words = element.querySelector("[data-words]");
    const text = left > 0 ? `${span(left)} left` : `${span(left)} over`;
    if (words && words.textContent !== text) words.textContent = text;
    if (element.dataset.state !== state) {
      element.dataset.state = state;
      if (state === "late") element.dispatchEvent(new CustomEvent("cb:late", { bubbles: true }));
    }
  };

  const refresh = () => {
    const now = Date.now();
    for (const element of document.querySelectorAll("time[data-relative]")) {
      const time = /** @type {HTMLTimeElement} */ (element);
      const then = new Date(time.dateTime);
      const text = relative(then, now);
      if (time.textContent !== text) time.textContent = text;
      time.title = exact.format(then);
    }
    for (const element of document.querySelectorAll("time[data-countdown]")) {
      tick(/** @type {HTMLTimeElement} */ (element), now);
    }
  };

  window.cornbread = window.cornbread ?? {};
  window.cornbread.refreshTimes = refresh;
  document.addEventListener("DOMContentLoaded", refresh);
  document.addEventListener("htmx:load", refresh);
  setInterval(() => document.hidden || refresh(), 1000);
})();
