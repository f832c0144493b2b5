// The open conversation: takes over what is new without losing anybody's place, and says who is
// here.
(() => {
  const cornbread = window.cornbread;
  /** @param {string} id */
  const by = (id) => document.getElementById(id);
  const thread = () => by("in-thread");
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";

  /** @param {string} url @param {Record<string, string>} [values] @param {boolean} [leaving] */
  cornbread.ask = (url, values, leaving = false) => fetch(url, {
    method: values ? "POST" : "GET",
    body: values && new URLSearchParams(values),
    headers: { "HX-Request": "true", ...(values && { "X-CSRFToken": token() }) },
    credentials: "same-origin",
    keepalive: leaving,
  });

  /** Text of a good answer; null otherwise, because whoever refreshes has asked for nothing. */
  cornbread.read = async (/** @type {string} */ url) => {
    try {
      const answer = await cornbread.ask(url);
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  };

  // The thread ---------------------------------------------------------------------------------
  const nearEnd = () => {
    const scroll = by("in-scroll");
    return !scroll || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 140;
  };
  const toEnd = () => {
    const scroll = by("in-scroll");
    if (scroll) scroll.scrollTop = scroll.scrollHeight;
    const button = by("in-newer");
    if (button) button.hidden = true;
  };

  cornbread.refreshThread = async (force = false) => {
    const now = thread();
    if (!now) return;
    const html = await cornbread.read(now.dataset.fresh);
    if (html === null || now !== thread()) return;
    const fresh = cornbread.parse(html);
    const atEnd = nearEnd();
    const added = cornbread.mergeList(by("in-timeline"), fresh.querySelector("#in-timeline"));
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const present = part.id && by(part.id);
      if (present && !part.closest("#in-timeline")) cornbread.mergePart(present, part, force);
    }
    arrived(added, atEnd, fresh.querySelector("#in-fresh")?.dataset.basis ?? "");
    cornbread.refreshTimes();
  };

  /** @param {Element[]} added @param {boolean} atEnd @param {string} basis */
  const arrived = (added, atEnd, basis) => {
    const said = added.filter((item) => item.dataset.saidBy);
    if (said.length) cornbread.announce(`New message from ${said[said.length - 1].dataset.saidBy}.`);
    for (const item of said) item.classList.add("in-new");
    if (added.length && atEnd) toEnd();
    else if (said.length) by("in-newer").hidden = false;
    // Whoever has written nothing yet has seen it; whoever has is asked before it is sent.
    const text = /** @type {HTMLTextAreaElement | null} */ (by("in-text"));
    const field = document.querySelector('#in-composer [name="basis"]');
    if (field && !text?.value.trim()) field.value = basis;
  };

  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("#in-newer")) toEnd();
  });
  /** The message that somebody searched for, when the address names one. */
  const toSought = () => {
    const item = location.hash.startsWith("#entry-") ? by(location.hash.slice(1)) : null;
    if (!item) return toEnd();
    item.scrollIntoView({ block: "center" });
    item.classList.add("in-sought");
  };
  /** A conversation was put into the page. */
  cornbread.opened = () => {
    toSought();
    look();
  };

  // Who is here --------------------------------------------------------------------------------
  let writing = false;
  const say = async () => {
    const now = thread();
    // On a phone the list may stand before it.
    if (!now || document.visibilityState === "hidden" || !by("in-open").getClientRects().length) return;
    try {
      const answer = await cornbread.ask(now.dataset.presence, { writing: writing ? "1" : "0" });
      if (!answer.ok || now !== thread()) return;
      const fresh = cornbread.parse(await answer.text()).querySelector("#in-presence");
      if (fresh) cornbread.mergePart(by("in-presence"), fresh);
    } catch {
      // The notice that the connection is gone stands already.
    }
  };
  // One after the other: what was said last has to arrive last.
  let said = Promise.resolve();
  const look = () => (said = said.then(say));
  cornbread.leave = () => {
    const now = thread();
    if (now) cornbread.ask(now.dataset.presence, { gone: "1" }, true).catch(() => {});
    writing = false;
  };
  let quiet = 0;
  cornbread.isWriting = () => {
    clearTimeout(quiet);
    quiet = window.setTimeout(() => ((writing = false), look()), 8000);
    if (!writing) (writing = true), look();
  };
  window.setInterval(look, 15_000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  window.addEventListener("pagehide", () => cornbread.leave());
})();
