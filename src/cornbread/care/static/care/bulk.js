// Selecting conversations, doing something to all of them, and the bar that takes it back.
(() => {
  const cornbread = window.cornbread;
  /** @param {string} id */
  const by = (id) => document.getElementById(id);
  const bar = () => /** @type {HTMLFormElement | null} */ (by("in-bulk"));
  const boxes = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(".in-pick input")]);
  /** @type {Set<string>} */
  const chosen = new Set();
  let anchor = ""; // Where a range begins.
  let matching = 0; // How many match, while all of them are meant.
  let asked = 0;

  /** @param {string} name */
  const field = (name) => /** @type {HTMLInputElement} */ (bar()?.querySelector(`input[name="${name}"]`));

  const draw = () => {
    const form = bar();
    if (!form) return;
    const shown = boxes();
    for (const box of shown) box.checked = matching > 0 || chosen.has(box.value);
    by("in-list")?.toggleAttribute("data-selecting", chosen.size > 0);
    form.hidden = chosen.size === 0;
    field("ids").value = [...chosen].join(",");
    field("expected").value = String(matching);
    field("expected").disabled = matching === 0;
    field("query").value = by("in-rows")?.dataset.query ?? "";
    const words = matching ? `All ${matching.toLocaleString("en")} that match` : `${chosen.size} selected`;
    const count = /** @type {HTMLElement} */ (by("in-bulk-count"));
    if (count.textContent !== words) count.textContent = words;
  };

  const clear = () => {
    chosen.clear();
    matching = 0;
    anchor = "";
    draw();
  };

  /** @param {HTMLInputElement} box @param {boolean} on @param {boolean} range */
  const pick = (box, on, range) => {
    matching = 0;
    const all = boxes();
    const from = range ? all.findIndex((one) => one.value === anchor) : -1;
    const at = all.indexOf(box);
    const some = from < 0 ? [box] : all.slice(Math.min(from, at), Math.max(from, at) + 1);
    for (const one of some) on ? chosen.add(one.value) : chosen.delete(one.value);
    anchor = box.value;
    draw();
  };

  const pickMatching = async () => {
    const mine = ++asked;
    const answer = await fetch(`${bar()?.dataset.matching}${by("in-rows")?.dataset.query ?? ""}`);
    if (!answer.ok || mine !== asked) return;
    const { number, most } = await answer.json();
    if (number > most) {
      cornbread.toast(`More than ${most.toLocaleString("en")} match. Narrow the list down first.`, "warning");
      return;
    }
    for (const box of boxes()) chosen.add(box.value);
    matching = number;
    draw();
  };

  let shift = false;
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(".in-pick")) shift = event.shiftKey;
    const wanted = target?.closest("[data-pick]")?.getAttribute("data-pick");
    if (wanted === "none") clear();
    if (wanted === "matching") pickMatching();
    if (wanted === "shown") {
      matching = 0;
      for (const box of boxes()) chosen.add(box.value);
      draw();
    }
    if (target?.closest("[data-undo-close]")) by("in-undo")?.replaceChildren();
  }, true);
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.closest(".in-pick")) return;
    event.stopPropagation();
    pick(box, box.checked, shift);
    shift = false;
  }, true);

  /** @param {boolean} range */
  const byKey = (range) => {
    const row = document.activeElement?.closest(".in-row");
    const macro = by("in-macro");
    // Outside of the list, with a conversation open, the same key runs a macro.
    if (!row && !range && macro?.getClientRects().length) return macro.click();
    const link = row ?? document.querySelector(".in-row-link[aria-current]")?.closest(".in-row") ?? document.querySelector(".in-row");
    const box = /** @type {HTMLInputElement | null} */ (link?.querySelector(".in-pick input") ?? null);
    if (!box) return;
    link?.querySelector(".in-row-link")?.focus();
    pick(box, range || !box.checked, range);
  };
  cornbread.shortcut("x", () => byKey(false), { label: "Select (in a conversation: run a macro)", group: "Inbox" });
  cornbread.shortcut("Shift+X", () => byKey(true), { label: "Select up to here", group: "Inbox" });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !chosen.size) return;
    if (document.querySelector('dialog[open], [data-menu][aria-expanded="true"]')) return;
    clear();
  });

  // Doing ------------------------------------------------------------------------------------
  document.body.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = /** @type {CustomEvent} */ (event).detail;
    if (elt !== bar()) return;
    by("in-bulk-step").disabled = true;
    if (!matching) return;
    event.preventDefault();
    const dialog = /** @type {HTMLDialogElement} */ (by("dialog-bulk"));
    const button = /** @type {CustomEvent} */ (event).detail.triggeringEvent?.submitter;
    by("dialog-bulk-text").textContent = `${button?.textContent.trim()}: this will be done to all ${matching.toLocaleString("en")} conversations that match. You can undo it for half a minute afterwards.`;
    // The browser forgets which button was pressed as soon as the focus leaves it.
    Object.assign(by("in-bulk-step"), { value: button?.value ?? "", disabled: false });
    by("dialog-bulk-go").onclick = () => (dialog.close(), issueRequest(true));
    cornbread.open("dialog-bulk");
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful, xhr } = /** @type {CustomEvent} */ (event).detail;
    if (elt !== bar()) return;
    by("in-bulk-step").disabled = true;
    for (const menu of elt.querySelectorAll(".dropdown-menu.show")) menu.classList.remove("show");
    for (const button of elt.querySelectorAll("[data-menu]")) button.setAttribute("aria-expanded", "false");
    for (const button of elt.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    if (successful) {
      const first = /** @type {HTMLElement | null} */ (document.querySelector(".in-row-link"));
      clear();
      (first ?? by("in-rows"))?.focus({ preventScroll: true });
    } else if (xhr.status === 409) pickMatching(); // Others match by now: look again, then confirm.
  });

  // Undo -------------------------------------------------------------------------------------
  let timer = 0;
  document.body.addEventListener("inbox:changes", () => {
    document.dispatchEvent(new CustomEvent("cb:changes", { detail: { conversations: [], everything: true } }));
    clearTimeout(timer);
    const change = by("in-change");
    const seconds = Number(change?.dataset.seconds ?? 0);
    const running = change?.hasAttribute("hx-get");
    if (!change || running) return;
    timer = window.setTimeout(() => {
      // What could not be done stays until it was read.
      if (change.hasAttribute("data-stays")) by("in-undo-button")?.remove();
      else change.remove();
    }, (seconds || 8) * 1000);
  });
  // What was done to one conversation is told by its address.
  document.body.addEventListener("inbox:change", (event) => {
    const { url } = /** @type {CustomEvent} */ (event).detail;
    window.htmx.ajax("GET", url, { target: "#in-undo" });
  });

  const watch = new MutationObserver(draw);
  const follow = () => {
    const list = by("in-rows-list");
    watch.disconnect();
    if (list) watch.observe(list, { childList: true });
  };
  follow();
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const { target } = /** @type {CustomEvent} */ (event).detail;
    // Another list: what was chosen in the one before is not meant any more.
    if (target.id === "in-list" || target.id === "in-rows") clear(), follow();
  });
})();
