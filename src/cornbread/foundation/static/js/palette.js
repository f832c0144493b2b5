// The command palette (Ctrl/⌘ K) and the list of shortcuts (?).
// Commands come from every <script type="application/json" data-palette> on the page and, when
// the dialog names an address in data-search, from the server while somebody types.
(() => {
  const cornbread = (window.cornbread = window.cornbread ?? {});
  /** @typedef {{label: string, icon?: string, href?: string, keys?: string, hint?: string, opens?: string, clicks?: string}} Command */

  const dialog = () => /** @type {HTMLDialogElement | null} */ (document.getElementById("cb-palette"));
  /** @returns {HTMLInputElement} */
  const input = () => /** @type {HTMLInputElement} */ (dialog()?.querySelector("input"));
  /** @returns {HTMLElement} */
  const list = () => /** @type {HTMLElement} */ (dialog()?.querySelector("[role=listbox]"));
  const command = /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl";
  /** @type {Command[]} */
  let shown = [];
  let at = 0;
  let asked = 0;

  /** @returns {Command[]} */
  const commands = () =>
    [...document.querySelectorAll("script[data-palette]")].flatMap((script) => JSON.parse(script.textContent || "[]"));

  /** Every letter in order, with words' beginnings first. @param {string} text @param {string} query */
  const score = (text, query) => {
    const haystack = text.toLowerCase();
    const found = haystack.indexOf(query);
    if (found === 0) return 3;
    if (found > 0) return haystack[found - 1] === " " ? 2 : 1;
    let from = 0;
    for (const letter of query) {
      from = haystack.indexOf(letter, from) + 1;
      if (!from) return 0;
    }
    return 0.5;
  };

  /** @param {Command[]} found */
  const draw = (found) => {
    shown = found;
    at = 0;
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("cb-palette-option"));
    list().replaceChildren(...found.map((command, index) => {
      const option = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
      option.id = `cb-option-${index}`;
      const use = option.querySelector("use");
      use?.setAttribute("href", `${use.getAttribute("href")?.split("#")[0]}#${command.icon ?? "arrow-right"}`);
      option.querySelector("span").textContent = command.label;
      option.querySelector(".cb-hint").textContent = command.keys ?? command.hint ?? "";
      option.addEventListener("click", () => run(command));
      return option;
    }));
    /** @type {HTMLElement} */ (dialog()?.querySelector(".cb-palette-none")).hidden = found.length > 0;
    select(0);
  };

  /** @param {number} index */
  const select = (index) => {
    at = index;
    [...list().children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    const current = list().children[at];
    if (current) input().setAttribute("aria-activedescendant", current.id);
    else input().removeAttribute("aria-activedescendant");
    current?.scrollIntoView({ block: "nearest" });
  };

  /** @param {Command} command */
  const run = (command) => {
    dialog()?.close();
    if (command.href) window.location.assign(command.href);
    else if (command.opens) cornbread.open(command.opens);
    else if (command.clicks) /** @type {HTMLElement | null} */ (document.querySelector(command.clicks))?.click();
  };

  const search = async () => {
    const query = input().value.trim().toLowerCase();
    const known = commands();
    const local = query
      ? known.map((command) => ({ command, s: score(command.label, query) })).filter(({ s }) => s > 0)
          .sort((a, b) => b.s - a.s).map(({ command }) => command)
      : known;
    draw(local);
    const address = dialog()?.dataset.search;
    if (!address || query.length < 2) return;
    const mine = ++asked;
    await new Promise((done) => setTimeout(done, 150));
    if (mine !== asked) return; // Somebody kept typing.
    const answer = await fetch(`${address}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
    if (answer.ok && mine === asked) draw([...local, ...(await answer.json())]);
  };

  const openPalette = () => {
    if (!dialog() || dialog()?.open) return;
    input().value = "";
    cornbread.open("cb-palette");
    search();
    input().focus();
  };

  /** @param {string} keys */
  const keycaps = (keys) =>
    keys.split(" ").map((key) => Object.assign(document.createElement("kbd"), { className: "cb-kbd", textContent: key }));

  const drawHelp = () => {
    const target = document.querySelector("#cb-help .cb-keys");
    /** @type {Map<string, HTMLElement>} */
    const groups = new Map();
    for (const { keys, label, group } of cornbread.shortcuts()) {
      if (!groups.has(group)) {
        const section = document.createElement("section");
        section.append(Object.assign(document.createElement("h3"), { textContent: group }), document.createElement("dl"));
        groups.set(group, section);
      }
      const dd = document.createElement("dd");
      dd.append(...keycaps(keys));
      groups.get(group)?.lastElementChild?.append(Object.assign(document.createElement("dt"), { textContent: label }), dd);
    }
    target?.replaceChildren(...groups.values());
  };

  cornbread.shortcut("?", () => cornbread.open("cb-help"), { label: "Show all shortcuts", group: "Everywhere" });
  cornbread.shortcut("/", openPalette, { label: "Search and commands", group: "Everywhere" });
  // Listed here, handled below: shortcuts with Ctrl work while somebody is typing, too.
  cornbread.shortcut(`${command} K`, openPalette, { label: "Search and commands, also while typing", group: "Everywhere" });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog()?.open) dialog()?.close();
      else openPalette();
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const key of document.querySelectorAll("kbd")) if (key.textContent === "Ctrl") key.textContent = command;
    document.getElementById("cb-help")?.addEventListener("cb:open", drawHelp);
    for (const button of document.querySelectorAll("[data-opens-palette]")) button.addEventListener("click", openPalette);
    dialog()?.addEventListener("input", search);
    dialog()?.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") select((at + 1) % Math.max(1, shown.length));
      else if (event.key === "ArrowUp") select((at - 1 + shown.length) % Math.max(1, shown.length));
      else if (event.key === "Enter" && shown[at]) run(shown[at]);
      else return;
      event.preventDefault();
    });
  });
})();
