// Takes fresh parts of a page over without disturbing whoever works on it: parts that did not
// change stay as they are, focus and open details survive, and what somebody types in is left.
(() => {
  const cornbread = (window.cornbread = window.cornbread ?? {});
  /** What the server sent for each part; the live element was changed since by scripts. */
  const sent = new WeakMap();

  /** Times grow old by themselves; that alone is no change. @param {Element} element */
  const essence = (element) => {
    const copy = /** @type {Element} */ (element.cloneNode(true));
    const times = [...copy.querySelectorAll("time")];
    for (const time of times) {
      time.replaceChildren();
      for (const name of ["title", "data-state"]) time.removeAttribute(name);
    }
    for (const token of copy.querySelectorAll('[name="csrfmiddlewaretoken"]')) token.remove();
    // Which row is open is this page's own business.
    for (const row of copy.querySelectorAll(".in-row-link")) row.removeAttribute("aria-current");
    return copy.outerHTML;
  };

  /** Remembers the parts below as they came. @param {ParentNode} root */
  cornbread.remember = (root) => {
    for (const part of root.querySelectorAll("[data-part]")) sent.set(part, essence(part));
  };

  /** @param {Element} part */
  const busy = (part) => {
    if (part.querySelector("dialog[open]")) return true;
    const active = document.activeElement;
    const typing = (active instanceof HTMLInputElement && active.type !== "checkbox") || active instanceof HTMLTextAreaElement || active instanceof HTMLSelectElement;
    return (typing && part.contains(active)) || Boolean(part.querySelector('[data-menu][aria-expanded="true"]'));
  };

  /** @param {Element} now @param {Element} fresh */
  const keepState = (now, fresh) => {
    for (const details of [now, ...now.querySelectorAll("details[id]")]) {
      if (!(details instanceof HTMLDetailsElement) || !details.open) continue;
      const same = fresh.id === details.id ? fresh : fresh.querySelector(`#${CSS.escape(details.id)}`);
      same?.setAttribute("open", "");
    }
    const current = now.querySelector(".in-row-link[aria-current]");
    if (current) fresh.querySelector(".in-row-link")?.setAttribute("aria-current", "true");
  };

  /**
   * Puts a fresh part in the place of the present one, if it says something new.
   * @param {Element} now @param {Element} fresh @param {boolean} [force]
   * @returns {Element} the element that is in the page afterwards
   */
  cornbread.mergePart = (now, fresh, force = false) => {
    const said = essence(fresh);
    if (sent.get(now) === said || (!force && busy(now))) return now;
    const focused = now.contains(document.activeElement) ? document.activeElement?.id : "";
    const dialog = now.querySelector("dialog[open]")?.id;
    keepState(now, fresh);
    now.replaceWith(fresh);
    sent.set(fresh, said);
    window.htmx.process(fresh);
    if (dialog) cornbread.open(dialog);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return fresh;
  };

  /**
   * Takes a list over by the ids of its children, in the order of the fresh one.
   * @param {Element} list @param {Element} fresh
   * @returns {Element[]} the children that were not there before
   */
  cornbread.mergeList = (list, fresh) => {
    const added = [];
    let at = list.firstElementChild;
    const wanted = new Set([...fresh.children].map((child) => child.id));
    for (const child of [...fresh.children]) {
      const now = child.id ? list.querySelector(`:scope > #${CSS.escape(child.id)}`) : null;
      if (!now) {
        const said = essence(child);
        list.insertBefore(child, at);
        sent.set(child, said);
        window.htmx.process(child);
        added.push(child);
        continue;
      }
      const wasNext = now === at;
      const merged = cornbread.mergePart(now, child);
      if (wasNext) at = merged.nextElementSibling;
      else list.insertBefore(merged, at);
    }
    for (const child of [...list.children]) if (!wanted.has(child.id)) child.remove();
    return added;
  };

  /** @param {string} html */
  cornbread.parse = (html) => new DOMParser().parseFromString(html, "text/html").body;

  cornbread.remember(document);
})();
