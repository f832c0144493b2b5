// Dialogs, menus, toasts, the live region and what htmx says when a request fails.
// Everything hangs on data attributes, so that fragments swapped in later work too.
(() => {
  const cornbread = (window.cornbread = window.cornbread ?? {});

  /** Says something to people who listen to the screen. @param {string} text */
  cornbread.announce = (text) => {
    const live = document.getElementById("cb-live");
    if (!live) return;
    live.textContent = "";
    // A change in the same frame is not announced.
    requestAnimationFrame(() => (live.textContent = text));
  };

  /**
   * Shows a notice; errors stay until they are closed.
   * @param {string} text
   * @param {"info" | "success" | "warning" | "error"} [kind]
   */
  cornbread.toast = (text, kind = "info") => {
    const region = document.getElementById("cb-toasts");
    const template = document.getElementById("cb-toast");
    if (!region || !(template instanceof HTMLTemplateElement)) return;
    const toast = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    toast.className = `cb-toast cb-toast-${kind}`;
    toast.querySelector("p").textContent = text;
    region.append(toast);
    expire(toast);
    cornbread.announce(text);
  };

  /** @param {Element} toast */
  const expire = (toast) => {
    if (toast.classList.contains("cb-toast-error")) return;
    setTimeout(() => toast.remove(), 6000);
  };

  /** @param {string} id */
  const open = (id) => {
    const dialog = document.getElementById(id);
    if (dialog instanceof HTMLDialogElement && !dialog.open) {
      dialog.showModal();
      dialog.dispatchEvent(new CustomEvent("cb:open"));
    }
  };
  cornbread.open = open;

  /** @param {Element} button @param {boolean} show */
  const setMenu = (button, show) => {
    const menu = button.parentElement?.querySelector(".dropdown-menu");
    menu?.classList.toggle("show", show);
    button.setAttribute("aria-expanded", String(show));
    if (show) /** @type {HTMLElement | null} */ (menu?.querySelector("a, button"))?.focus();
  };
  const openMenus = () => document.querySelectorAll('[data-menu][aria-expanded="true"]');

  /** @param {Element} target */
  const clicked = (target) => {
    const opener = target.closest("[data-opens]");
    if (opener) open(opener.getAttribute("data-opens") ?? "");
    if (target.closest("[data-closes]")) target.closest("dialog")?.close();
    if (target.closest("[data-dismiss]")) target.closest(".cb-toast")?.remove();
    const copier = target.closest("[data-copy]");
    if (copier) copy(copier);
    // The backdrop belongs to the dialog: a click on the element itself is outside its content.
    if (target instanceof HTMLDialogElement) target.close();
  };

  /** @param {Element} button */
  const copy = async (button) => {
    const source = document.querySelector(button.getAttribute("data-copy") ?? "");
    const text = source instanceof HTMLInputElement ? source.value : source?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text.trim());
      cornbread.toast("Copied.", "success");
    } catch {
      cornbread.toast("The browser did not allow copying. Select the text and copy it yourself.", "warning");
    }
  };

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("[data-menu]");
    for (const other of openMenus()) if (other !== button) setMenu(other, false);
    if (button) setMenu(button, button.getAttribute("aria-expanded") !== "true");
    clicked(event.target);
  });

  /** Arrow keys inside an open menu. @param {KeyboardEvent} event */
  const moveInMenu = (event) => {
    const menu = event.target instanceof Element && event.target.closest(".dropdown-menu.show");
    if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("a, button:not([disabled])")]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const last = items.length - 1;
    const next = { ArrowDown: at < last ? at + 1 : 0, ArrowUp: at > 0 ? at - 1 : last, Home: 0, End: last };
    items[next[event.key]]?.focus();
    event.preventDefault();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const button of openMenus()) {
        setMenu(button, false);
        /** @type {HTMLElement} */ (button).focus();
        event.stopPropagation();
      }
    }
    moveInMenu(event);
  });
  document.addEventListener("focusin", (event) => {
    for (const button of openMenus()) {
      if (!button.parentElement?.contains(/** @type {Node} */ (event.target))) setMenu(button, false);
    }
  });

  // What a double click would send twice.
  document.addEventListener("submit", (event) => {
    const button = /** @type {SubmitEvent} */ (event).submitter;
    if (button && !event.defaultPrevented) button.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll('button[aria-busy="true"]')) button.removeAttribute("aria-busy");
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("#cb-toasts .cb-toast").forEach(expire);
    // HX-Trigger: {"toast": {"text": "…", "kind": "success"}}
    document.body.addEventListener("toast", (event) => {
      const { text, value, kind } = /** @type {CustomEvent} */ (event).detail;
      cornbread.toast(text ?? value, kind);
    });
    document.body.addEventListener("htmx:sendError", () =>
      cornbread.toast("Cornbread cannot be reached. What you wrote is still here; try again in a moment.", "error"));
    document.body.addEventListener("htmx:timeout", () =>
      cornbread.toast("That took too long. Try again in a moment.", "error"));
    document.body.addEventListener("htmx:beforeSwap", (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      // A refusal that no view drew beside its field must not replace what is on the screen.
      if (detail.xhr.getResponseHeader("X-Refusal")) Object.assign(detail, { shouldSwap: false, isError: true });
    });
    document.body.addEventListener("htmx:responseError", (event) => {
      const { xhr } = /** @type {CustomEvent} */ (event).detail;
      const said = xhr.getResponseHeader("X-Refusal");
      cornbread.toast(said ? decodeURIComponent(said) : "That did not work. Reload the page and try again.", "error");
    });
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    cornbread.toast("The passkey was not used. Try again, or use another way to sign in.", "warning");
  });
})();
