// Keyboard shortcuts: declared in HTML (data-shortcut) or in a page's script (cornbread.shortcut),
// shown by "?" and never active while somebody is typing. What is nearer wins: a page's script,
// then what stands on the page, then what is registered for "Everywhere".
(() => {
  const cornbread = (window.cornbread = window.cornbread ?? {});
  /** @type {Map<string, {run: (event: KeyboardEvent) => void, label: string, group: string}>} */
  const registered = new Map();
  let first = ""; // The "g" of "g i", for a second and a half.
  let timer = 0;

  /**
   * Registers a shortcut: one key ("j", "Shift+R") or two in a row ("g i").
   * @param {string} keys
   * @param {(event: KeyboardEvent) => void} run
   * @param {{label: string, group?: string}} about
   */
  cornbread.shortcut = (keys, run, about) => {
    registered.set(keys, { run, label: about.label, group: about.group ?? "This page" });
  };

  /**
   * The element that declares these keys. The rail and the phone's tabs carry the same link; the
   * one that can be seen is meant.
   * @param {string} keys
   */
  const declared = (keys) => {
    const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-shortcut="${CSS.escape(keys)}"]`));
    return [...all].find((one) => one.getClientRects().length) ?? all[0];
  };

  /** @param {string} keys */
  const scripted = (keys) => {
    const known = registered.get(keys);
    return known?.group === "Everywhere" && declared(keys)?.getClientRects().length ? undefined : known;
  };

  /** All shortcuts that work here, for the help dialog. */
  cornbread.shortcuts = () => {
    const all = [...registered]
      .filter(([keys]) => scripted(keys))
      .map(([keys, { label, group }]) => ({ keys, label, group }));
    for (const element of document.querySelectorAll("[data-shortcut]")) {
      const keys = element.getAttribute("data-shortcut") ?? "";
      const label = element.getAttribute("data-shortcut-label") ?? element.textContent?.trim() ?? "";
      const group = element.getAttribute("data-shortcut-group") ?? "This page";
      if (!all.some((one) => one.keys === keys)) all.push({ keys, label, group });
    }
    return all;
  };

  /** @param {EventTarget | null} target */
  const typing = (target) =>
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !["checkbox", "radio", "button", "submit"].includes(target.getAttribute("type") ?? "");

  /** @param {KeyboardEvent} event */
  const nameOf = (event) =>
    event.shiftKey && /^[A-Z]$/.test(event.key) ? `Shift+${event.key}` : event.key;

  /** @param {string} keys @param {KeyboardEvent} event */
  const fire = (keys, event) => {
    const known = scripted(keys);
    if (known) return known.run(event), true;
    const element = declared(keys);
    if (!element) return false;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) element.focus();
    else element.click();
    return true;
  };

  /** @param {string} key */
  const startsPair = (key) => cornbread.shortcuts().some(({ keys }) => keys.startsWith(`${key} `));

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = nameOf(event);
    const pair = first ? `${first} ${key}` : "";
    clearTimeout(timer);
    first = "";
    if ((pair && fire(pair, event)) || fire(key, event)) {
      event.preventDefault();
    } else if (startsPair(key)) {
      first = key;
      timer = window.setTimeout(() => (first = ""), 1500);
    }
  });
})();
