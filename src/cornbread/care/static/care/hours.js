// The week of a calendar: blocks of hours are added, taken away, and copied to the days after.
(() => {
  const week = document.getElementById("pr-week");
  const pattern = /** @type {HTMLTemplateElement | null} */ (document.getElementById("pr-block"));
  const said = document.getElementById("pr-said");
  if (!week || !pattern) return;

  /** @param {string} words */
  const say = (words) => { if (said) said.textContent = words; };

  /** @param {HTMLElement} day @param {string} [from] @param {string} [to] */
  const add = (day, from = "", to = "") => {
    const copy = /** @type {DocumentFragment} */ (pattern.content.cloneNode(true));
    const [first, last] = copy.querySelectorAll("input");
    const { day: number, name } = day.dataset;
    first.name = `from_${number}`;
    last.name = `to_${number}`;
    first.value = from;
    last.value = to;
    first.setAttribute("aria-label", `${name}, from`);
    last.setAttribute("aria-label", `${name}, to`);
    copy.querySelector("button")?.setAttribute("aria-label", `Take these hours of ${name} away`);
    day.querySelector(".pr-blocks")?.append(copy);
    return first;
  };

  /** @param {HTMLElement} day */
  const blocks = (day) => [...day.querySelectorAll(".pr-block")].map((block) =>
    [...block.querySelectorAll("input")].map((input) => input.value));

  /** To Friday on weekdays, to Sunday after that. @param {HTMLElement} day */
  const copyDown = (day) => {
    const from = Number(day.dataset.day);
    const until = from < 4 ? 4 : 6;
    const days = /** @type {NodeListOf<HTMLElement>} */ (week.querySelectorAll(".pr-day"));
    for (const other of days) {
      const number = Number(other.dataset.day);
      if (number <= from || number > until) continue;
      other.querySelector(".pr-blocks")?.replaceChildren();
      for (const [first, last] of blocks(day)) add(other, first, last);
    }
    const last = days[until]?.dataset.name;
    say(from === until ? "There is no day after it." : `The same hours until ${last}.`);
  };

  week.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const day = /** @type {HTMLElement | null} */ (button?.closest(".pr-day"));
    if (!button || !day) return;
    if (button.hasAttribute("data-add-block")) add(day).focus();
    if (button.hasAttribute("data-copy-day")) copyDown(day);
    if (button.hasAttribute("data-drop-block")) {
      button.closest(".pr-block")?.remove();
      const left = blocks(day).length;
      say(left ? `Hours of ${day.dataset.name} taken away.` : `${day.dataset.name} is closed.`);
      const next = day.querySelector("[data-drop-block]") ?? day.querySelector("[data-add-block]");
      /** @type {HTMLElement | null} */ (next)?.focus();
    }
  });
})();
