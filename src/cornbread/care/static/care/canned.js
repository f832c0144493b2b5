// Canned responses: a slash at the beginning of a word opens a list, filtered as one types.
// The words stay in the textarea, which keeps the focus; the list follows them.
(() => {
  const cornbread = window.cornbread;
  const text = () => /** @type {HTMLTextAreaElement | null} */ (document.getElementById("in-text"));
  const box = () => document.getElementById("in-canned");
  const list = () => document.getElementById("in-canned-list");
  const address = () => document.getElementById("in-canned-button")?.dataset.choices;
  const options = () => /** @type {HTMLElement[]} */ ([...(list()?.children ?? [])]);
  const isOpen = () => box()?.hidden === false;

  /** Where the slash stands that was closed on purpose; -1 for none. */
  let dismissed = -1;
  let asked = 0, timer = 0, at = 0;

  /** The slash before the cursor and what was typed after it. */
  const token = () => {
    const area = text();
    if (!area || area.selectionStart !== area.selectionEnd) return null;
    const found = /(?:^|\s)\/([^\s/]{0,40})$/u.exec(area.value.slice(0, area.selectionStart));
    return found && { start: area.selectionStart - found[1].length - 1, end: area.selectionStart, query: found[1] };
  };

  const close = () => {
    asked++;
    clearTimeout(timer);
    if (box()) box().hidden = true;
    list()?.replaceChildren();
    for (const name of ["aria-activedescendant", "aria-controls"]) text()?.removeAttribute(name);
  };

  /** @param {number} index */
  const select = (index) => {
    at = index;
    options().forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    const current = options()[at];
    if (current) text()?.setAttribute("aria-activedescendant", current.id);
    else text()?.removeAttribute("aria-activedescendant");
    current?.scrollIntoView({ block: "nearest" });
  };

  /** @param {Element | null | undefined} found @param {string} query */
  const show = (found, query) => {
    const count = found?.children.length ?? 0;
    // Whoever writes a path or a fraction is not looking for anything.
    if (!count && query.length > 2) return close();
    const opened = !isOpen();
    list()?.replaceChildren(...(found?.children ?? []));
    list().hidden = !count;
    document.getElementById("in-canned-none").hidden = count > 0;
    box().hidden = false;
    text()?.setAttribute("aria-controls", "in-canned-list");
    select(0);
    const help = opened && count ? " Arrows choose, Enter puts one in, Escape closes." : "";
    cornbread.announce(`${count} canned response${count === 1 ? "" : "s"}.${help}`);
  };

  const look = () => {
    const now = token();
    if (!now || now.start !== dismissed) dismissed = -1;
    if (!now || !address() || now.start === dismissed) return isOpen() || timer ? close() : undefined;
    clearTimeout(timer);
    const mine = ++asked;
    timer = window.setTimeout(async () => {
      const answer = await fetch(`${address()}?q=${encodeURIComponent(now.query)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok || mine !== asked || token()?.query !== now.query) return;
      show(cornbread.parse(await answer.text()).firstElementChild, now.query);
    }, isOpen() ? 120 : 0);
  };

  /** @param {HTMLElement | undefined} option */
  const choose = async (option) => {
    const area = text(), place = token();
    if (!option || !area || !place) return close();
    close();
    const answer = await cornbread.ask(option.dataset.url, {}).catch(() => null);
    if (!answer?.ok) return cornbread.toast("That did not work. Try again in a moment.", "error");
    const words = await answer.text();
    if (area !== text() || area.value.slice(place.start, place.end) !== `/${place.query}`) return;
    area.setRangeText(words, place.start, place.end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
    const gap = /\{\{ [^{}\n]+\? \}\}/u.exec(words);
    if (gap) area.setSelectionRange(place.start + gap.index, place.start + gap.index + gap[0].length);
    cornbread.announce(gap ? `Put in. Fill in the gap: ${gap[0].slice(3, -4)}.` : "Put in. You can change every word.");
  };

  document.addEventListener("input", (event) => {
    if (event.target === text()) look();
  });
  // Before the composer hears of it: Enter and Escape mean something else there.
  document.addEventListener("keydown", (event) => {
    if (event.target !== text() || !isOpen() || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = options().length - 1;
    if (event.key === "ArrowDown") select(at < last ? at + 1 : 0);
    else if (event.key === "ArrowUp") select(at > 0 ? at - 1 : last);
    else if ((event.key === "Enter" || event.key === "Tab") && options()[at] && !event.shiftKey) choose(options()[at]);
    else if (event.key === "Escape") {
      dismissed = token()?.start ?? -1;
      close();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  // A tap must not take the focus from the words, nor close the keyboard of a phone.
  document.addEventListener("pointerdown", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("#in-canned")) event.preventDefault();
    else if (isOpen() && event.target !== text() && !event.target.closest("#in-canned-button")) close();
  });
  document.addEventListener("mousedown", (event) => {
    if (event.target instanceof Element && event.target.closest("#in-canned")) event.preventDefault();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === text() && isOpen()) close();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const option = event.target.closest(".in-canned-one");
    if (option instanceof HTMLElement) return void choose(option);
    const area = text();
    if (!event.target.closest("#in-canned-button") || !area) return;
    area.focus();
    if (isOpen()) return close();
    dismissed = -1;
    if (!token()) {
      const before = area.value.slice(0, area.selectionStart);
      area.setRangeText(/(^|\s)$/u.test(before) ? "/" : " /", area.selectionStart, area.selectionEnd, "end");
    }
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
