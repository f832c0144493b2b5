// The inbox: keeps the list fresh and in order, moves with the keyboard, opens conversations, and
// shows one pane at a time on a phone.
(() => {
  const cornbread = window.cornbread;
  const panes = /** @type {HTMLElement} */ (document.getElementById("inbox"));
  /** @param {string} id */
  const by = (id) => document.getElementById(id);
  const thread = () => by("in-thread");
  const openId = () => Number(thread()?.dataset.id ?? 0);
  const links = () => /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll(".in-row-link")]);
  /** @param {string} view */
  const show = (view) => (panes.dataset.view = view);

  // The list -----------------------------------------------------------------------------------
  const query = () => by("in-rows")?.dataset.query ?? "";
  /** @param {string} more */
  const rowsAddress = (more) => `${panes.dataset.rows}${query() || "?"}${query() ? "&" : ""}${more}`;
  /** Places are too long for numbers. @param {string} place */
  const order = (place) => place.split("_").map((part) => BigInt(part));
  /** @param {Element} a @param {Element} b */
  const before = (a, b) => {
    const [x, y] = [order(a.dataset.place), order(b.dataset.place)];
    return x[0] === y[0] ? x[1] < y[1] : x[0] < y[0];
  };

  const mark = () => {
    for (const link of links()) {
      if (link.id === `row-link-${openId()}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };

  /** @param {ParentNode} fresh */
  const counts = (fresh) => {
    for (const data of fresh.querySelectorAll("data[data-count]")) {
      const count = document.querySelector(`.in-folder [data-count="${data.getAttribute("data-count")}"]`);
      if (count) count.textContent = data.value === "0" ? "" : data.value;
    }
    railCount();
  };
  const railCount = () => {
    const badge = by("rail-count-inbox");
    if (badge) badge.textContent = document.querySelector('.in-folder [data-count="open"]')?.textContent ?? "";
  };
  const emptiness = () => {
    const none = document.querySelector(".in-rows-none");
    if (none) none.hidden = links().length > 0 || Boolean(by("in-more"));
  };

  /** @param {ParentNode} fresh */
  const sentinel = (fresh) => {
    const more = fresh.querySelector("#in-more");
    by("in-more")?.remove();
    if (!more) return;
    by("in-rows-list")?.after(more);
    window.htmx.process(more);
  };

  /** Rows that came into the list while somebody looks at it. @param {Element[]} added */
  const greet = (added) => {
    const waiting = added.filter((row) => Number(row.dataset.since) > Date.now() / 1000 - 300);
    if (waiting.length) cornbread.announce(`New in the inbox: ${waiting.map((row) => row.dataset.who).join(", ")}.`);
  };

  /** Everything that is shown of the list, anew. */
  const refreshRows = async () => {
    const list = by("in-rows-list");
    const asked = query();
    const html = await cornbread.read(rowsAddress(`size=${links().length}`));
    if (html === null || list !== by("in-rows-list") || asked !== query()) return;
    const fresh = cornbread.parse(html);
    greet(cornbread.mergeList(list, fresh.querySelector("#in-rows-list")));
    sentinel(fresh);
    counts(fresh);
    emptiness();
    mark();
    cornbread.refreshTimes();
  };

  /** Only the rows that were said to have changed. @param {number[]} ids */
  const refreshSome = async (ids) => {
    const list = by("in-rows-list");
    const asked = query();
    const html = await cornbread.read(rowsAddress(`only=${ids.join(",")}`));
    if (html === null || list !== by("in-rows-list") || asked !== query()) return;
    const fresh = cornbread.parse(html);
    const added = ids.map((id) => place(list, id, fresh.querySelector(`#row-${id}`))).filter(Boolean);
    greet(added);
    counts(fresh);
    emptiness();
    mark();
    cornbread.refreshTimes();
  };

  /** @param {Element} list @param {number} id @param {Element | null} fresh */
  const place = (list, id, fresh) => {
    const now = by(`row-${id}`);
    if (!fresh) return now?.remove(), null;
    const row = now ? cornbread.mergePart(now, fresh, true) : fresh;
    row.dataset.place = fresh.dataset.place;
    const next = [...list.children].find((other) => other !== row && before(row, other)) ?? null;
    // What comes after the last row that was loaded is loaded when somebody gets there.
    if (!next && by("in-more") && list.lastElementChild !== row) return now?.remove(), null;
    if (row.nextElementSibling !== next || !row.isConnected) {
      const focused = row.contains(document.activeElement);
      list.insertBefore(row, next);
      if (focused) row.querySelector("a")?.focus({ preventScroll: true });
    }
    if (now) return null;
    window.htmx.process(row);
    return row;
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr, successful } = /** @type {CustomEvent} */ (event).detail;
    if (elt.id !== "in-more" || !successful) return;
    const fresh = cornbread.parse(xhr.responseText);
    const rows = [...fresh.querySelectorAll("#in-rows-list > li")].filter((row) => !by(row.id));
    by("in-rows-list")?.append(...rows);
    for (const row of rows) window.htmx.process(row);
    for (const row of rows) cornbread.remember(row.parentElement);
    sentinel(fresh);
    mark();
  });

  // Changes ------------------------------------------------------------------------------------
  /** @type {Set<number>} */
  let changed = new Set();
  let everything = false;
  let timer = 0;
  let running = false;
  let rested = 0;

  const soon = (delay = 120) => {
    if (timer || running) return;
    timer = window.setTimeout(catchUp, Math.max(delay, rested - performance.now()));
  };
  const catchUp = async () => {
    timer = 0;
    running = true;
    const began = performance.now();
    const [ids, all] = [[...changed], everything];
    [changed, everything] = [new Set(), false];
    const many = all || ids.length > 50;
    await Promise.all([
      many ? refreshRows() : ids.length ? refreshSome(ids) : null,
      many || ids.includes(openId()) ? cornbread.refreshThread() : null,
    ]);
    running = false;
    // A server that answers slowly is asked less often: a thousand open pages must not be a storm.
    const pause = Math.min(Math.max(8 * (performance.now() - began), 600), 15_000);
    rested = performance.now() + pause * (0.8 + 0.4 * Math.random());
    if (changed.size || everything) soon();
  };

  document.addEventListener("cb:changes", (event) => {
    const told = /** @type {CustomEvent} */ (event).detail;
    for (const id of told.conversations) changed.add(id);
    // Some readers are not told what changed; then it may be anything.
    const named = [told.conversations, told.channels, told.watchs, told.persons].some((ids) => ids?.length);
    if (told.everything || !named) everything = true;
    if (changed.size || everything) soon();
  });
  document.addEventListener("cb:live", (event) => {
    const { on, again } = /** @type {CustomEvent} */ (event).detail;
    window.setTimeout(() => (by("in-offline").hidden = on || document.visibilityState === "hidden"), on ? 0 : 1500);
    panes.dataset.connected = String(on);
    if (on && again) (everything = true), soon(0);
  });
  let lateTimer = 0;
  document.addEventListener("cb:late", () => {
    clearTimeout(lateTimer);
    lateTimer = window.setTimeout(() => ((everything = true), soon(0)), 3000);
  });
  window.setInterval(() => {
    if (document.visibilityState === "hidden") return;
    everything = true;
    soon(0);
  }, 60_000);

  document.body.addEventListener("inbox:changed", (event) => {
    const { id } = /** @type {CustomEvent} */ (event).detail;
    if (id === openId()) cornbread.refreshThread(true);
    changed.add(id);
    (rested = 0), soon(0);
  });
  document.body.addEventListener("inbox:said", (event) => cornbread.announce(/** @type {CustomEvent} */ (event).detail.text));
  document.body.addEventListener("inbox:close", () => {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    cornbread.refreshThread(true);
  });

  /** After one is done, the next one. */
  document.body.addEventListener("inbox:resolved", (event) => {
    const { id } = /** @type {CustomEvent} */ (event).detail;
    const folder = document.querySelector(".in-folder[aria-current]");
    if (!["open", "mine", "team", "unassigned", "pending"].includes(folder?.dataset.folder)) return;
    if (window.matchMedia("(max-width: 767.98px)").matches) return back();
    const row = by(`row-${id}`);
    // A row may have left the list already; what is on top is late next.
    const next = row?.nextElementSibling ?? row?.previousElementSibling ?? by("in-rows-list")?.firstElementChild;
    next?.querySelector("a")?.click();
  });

  // Moving -------------------------------------------------------------------------------------
  const back = () => {
    show("list");
    if (!by("in-open").getClientRects().length) cornbread.leave();
    const link = by(`row-link-${openId()}`) ?? links()[0];
    window.history.pushState({ htmx: true }, "", panes.dataset.home + query());
    (link ?? by("in-rows"))?.focus();
  };

  /** @param {number} step */
  const move = (step) => {
    const all = links();
    if (!all.length) return;
    const focused = all.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
    const current = focused >= 0 ? focused : all.findIndex((link) => link.hasAttribute("aria-current"));
    const next = all[Math.max(0, Math.min(all.length - 1, current + step))];
    if (panes.dataset.view !== "list" && window.matchMedia("(max-width: 767.98px)").matches) show("list");
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    if (next === all[all.length - 1]) by("in-more")?.scrollIntoView({ block: "nearest" });
  };
  cornbread.shortcut("j", () => move(1), { label: "Next conversation", group: "Inbox" });
  cornbread.shortcut("k", () => move(-1), { label: "Previous conversation", group: "Inbox" });
  cornbread.shortcut("/", () => {
    if (panes.dataset.view !== "list" && window.matchMedia("(max-width: 767.98px)").matches) back();
    by("in-q")?.focus();
  }, { label: "Search the inbox", group: "Inbox" });
  cornbread.shortcut("o", () => {
    const focused = document.activeElement?.closest(".in-row-link");
    (focused ?? links().find((link) => link.hasAttribute("aria-current")) ?? links()[0])?.click();
  }, { label: "Open (also Enter)", group: "Inbox" });

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const to = target?.closest("[data-view-to]");
    if (to) {
      event.preventDefault();
      if (to.dataset.viewTo === "list") return back();
      show(to.dataset.viewTo === panes.dataset.view ? "thread" : to.dataset.viewTo);
      (panes.dataset.view === "side" ? by("in-side-back") : by("in-to-side"))?.focus();
    }
    const jump = target?.closest('a[href^="#entry-"]');
    if (jump) {
      event.preventDefault();
      const item = by(jump.getAttribute("href")?.slice(1) ?? "");
      item?.scrollIntoView({ block: "center" });
      item?.focus({ preventScroll: true });
    }
  });

  // Opening ------------------------------------------------------------------------------------
  const opened = () => {
    if (!thread()) return;
    cornbread.remember(by("in-open"));
    mark();
    cornbread.opened();
  };
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.target?.id === "in-open") cornbread.leave();
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const { target } = /** @type {CustomEvent} */ (event).detail;
    if (target.id === "in-open") {
      show("thread");
      opened();
      document.title = `${thread()?.dataset.title ?? "Inbox"} · Cornbread`;
      thread()?.focus({ preventScroll: true });
    } else if (target.id === "in-list" || target.id === "in-rows") {
      cornbread.remember(by("in-list"));
      mark();
      railCount();
      if (target.id === "in-list") document.querySelector(".in-folder[aria-current]")?.focus();
      else cornbread.announce(links().length ? `${links().length} conversations.` : "Nothing fits.");
    }
  });

  railCount();
  document.addEventListener("DOMContentLoaded", opened);
})();
