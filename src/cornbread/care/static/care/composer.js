// The composer: counts as the network counts, checks and keeps what is typed, and sends.
(() => {
  const cornbread = window.cornbread;
  const form = () => /** @type {HTMLFormElement | null} */ (document.getElementById("in-composer"));
  const text = () => /** @type {HTMLTextAreaElement | null} */ (document.getElementById("in-text"));
  const mode = () => /** @type {HTMLInputElement | null} */ (form()?.querySelector('[name="mode"]:checked') ?? null);
  /** @param {string} name */
  const field = (name) => /** @type {HTMLInputElement | null} */ (form()?.querySelector(`[name="${name}"]`) ?? null);

  // Counting: at once as near as can be, and exactly by the server a moment later. ---------------
  /** @param {string} words */
  const length = (words) => {
    const said = words.normalize("NFC");
    if (mode()?.dataset.counting !== "mastodon") return [...said].length;
    const short = said.replace(/https?:\/\/[^\s<>"]+/gi, "x".repeat(23)).replace(/(@\w+)@[\w.-]*\w/g, "$1");
    return [...short].length;
  };
  /** @param {number} count */
  const showCount = (count) => {
    const place = document.getElementById("in-count");
    if (!place) return;
    const max = Number(mode()?.dataset.max ?? 0);
    place.textContent = max ? `${max - count} left` : count ? `${count} characters` : "";
    place.dataset.state = !max ? "" : count > max ? "over" : max - count < max / 10 ? "near" : "";
  };

  const grow = () => {
    const area = text();
    if (!area) return;
    area.rows = 2;
    const line = parseFloat(getComputedStyle(area).lineHeight) || 22;
    area.rows = Math.max(2, Math.min(12, Math.floor((area.scrollHeight - 16) / line)));
  };

  // Checking -----------------------------------------------------------------------------------
  let asked = 0;
  /** @param {boolean} links */
  const check = async (links) => {
    const now = form();
    const words = text()?.value ?? "";
    if (!now || !words.trim()) return showFindings(null);
    const mine = ++asked;
    const answer = await cornbread.ask(now.dataset.checks, { text: words, mode: mode()?.value ?? "", links: links ? "1" : "" }).catch(() => null);
    if (!answer?.ok || mine !== asked || now !== form() || words !== text()?.value) return;
    showFindings(cornbread.parse(await answer.text()).firstElementChild);
  };
  /** @param {Element | null} found */
  const showFindings = (found) => {
    const place = document.getElementById("in-checks");
    if (!place) return;
    if (place.textContent !== (found?.textContent ?? "")) place.replaceChildren(...(found ? [...found.children] : []));
    if (found) showCount(Number(found.getAttribute("data-length")));
    for (const button of form()?.querySelectorAll("[type=submit]") ?? []) button.disabled = found?.hasAttribute("data-blocked") ?? false;
  };

  // Keeping ------------------------------------------------------------------------------------
  let kept = "";
  const save = async () => {
    const now = form();
    const hint = document.getElementById("in-draft");
    if (!now?.dataset.draft || !text()) return;
    const words = text().value;
    const state = `${mode()?.value}:${words}`;
    if (state === kept) return;
    const values = { text: words, mode: mode()?.value ?? "", basis: field("basis")?.value ?? "0" };
    const answer = await cornbread.ask(now.dataset.draft, values, true).catch(() => null);
    if (answer?.ok) kept = state;
    if (hint && now === form()) hint.textContent = answer?.ok ? await answer.text() : "Not saved. Copy your words before you leave.";
  };

  let checkTimer = 0, linkTimer = 0, saveTimer = 0;
  const typed = () => {
    const words = text()?.value ?? "";
    showCount(length(words));
    grow();
    const hint = document.getElementById("in-draft");
    if (hint) hint.textContent = "";
    [checkTimer, linkTimer, saveTimer].forEach(clearTimeout);
    checkTimer = window.setTimeout(() => check(false), 350);
    if (/https?:\/\/|www\./i.test(words)) linkTimer = window.setTimeout(() => check(true), 1500);
    saveTimer = window.setTimeout(save, 800);
  };

  document.addEventListener("input", (event) => {
    if (event.target !== text()) return;
    typed();
    cornbread.isWriting();
  });
  window.addEventListener("pagehide", save);

  // Choosing how -------------------------------------------------------------------------------
  const chosen = () => {
    const now = mode();
    if (!now || !form()) return;
    form().className = `in-composer in-mode-${now.value}`;
    document.getElementById("in-mode-hint").textContent = now.dataset.hint ?? "";
    const note = now.value === "note";
    const words = form().querySelector("[data-send-words]");
    if (words && words.textContent !== "Send anyway") words.textContent = note ? "Add note" : "Send";
    const resolve = form().querySelector(".in-send-resolve span");
    if (resolve) resolve.textContent = note ? "Add and resolve" : "Send and resolve";
    showCount(length(text()?.value ?? ""));
    check(false);
  };
  /** @param {(value: string) => boolean} fits */
  const write = (fits) => {
    const radios = /** @type {HTMLInputElement[]} */ ([...(form()?.querySelectorAll('[name="mode"]') ?? [])]);
    const wanted = mode() && fits(mode().value) ? mode() : radios.find((radio) => fits(radio.value));
    if (!wanted) return;
    wanted.checked = true;
    chosen();
    text()?.focus();
  };
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.name === "mode" && form()?.contains(event.target)) {
      chosen();
      save();
    }
  });
  cornbread.shortcut("r", () => write((value) => value !== "note"), { label: "Reply", group: "Conversation" });
  cornbread.shortcut("n", () => write((value) => value === "note"), { label: "Private note", group: "Conversation" });

  // Listed here, handled below: these work while somebody is typing.
  const command = /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl";
  cornbread.shortcut(`${command} Enter`, () => {}, { label: "Send", group: "Conversation" });
  cornbread.shortcut(`${command} Shift Enter`, () => {}, { label: "Send and resolve", group: "Conversation" });

  // Sending ------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.target !== text()) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const button = form()?.querySelector(event.shiftKey ? ".in-send-resolve" : ".in-send");
      if (button instanceof HTMLButtonElement && !button.disabled) form().requestSubmit(button);
    } else if (event.key === "Escape") {
      text().blur();
      document.getElementById("in-thread")?.focus({ preventScroll: true });
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest(".in-suggestion");
    if (!button || !text()) return;
    const { start, end, with: words } = button.dataset;
    // Positions count characters as Python does, not UTF-16 units.
    const characters = [...text().value];
    text().value = [...characters.slice(0, Number(start)), words, ...characters.slice(Number(end))].join("");
    text().focus();
    typed();
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.elt?.id === "in-composer") [checkTimer, linkTimer, saveTimer].forEach(clearTimeout);
  });

  const ready = () => {
    if (!form()) return;
    kept = `${mode()?.value}:${text()?.value ?? ""}`;
    showCount(Number(document.getElementById("in-count")?.dataset.length ?? 0));
    grow();
    chosen();
  };
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const { target, requestConfig } = /** @type {CustomEvent} */ (event).detail;
    if (target.id === "in-open") ready();
    if (target.id !== "in-composer" && requestConfig?.elt?.id !== "in-composer") return;
    ready();
    text()?.focus({ preventScroll: true });
  });
  document.body.addEventListener("inbox:compose", async () => {
    const thread = document.getElementById("in-thread");
    if (!thread || text()?.value.trim()) return;
    await window.htmx.ajax("GET", thread.dataset.composer, { target: "#in-composer", swap: "outerHTML" });
  });
  document.addEventListener("DOMContentLoaded", ready);
})();
