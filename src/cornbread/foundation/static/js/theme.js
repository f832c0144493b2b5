// Applies the remembered theme before the first paint: "light", "dark" or "auto".
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  /** @returns {"light" | "dark" | "auto"} */
  const chosen = () => {
    try {
      const value = localStorage.getItem("cornbread.theme");
      return value === "light" || value === "dark" ? value : "auto";
    } catch {
      return "auto"; // Storage may be forbidden; the system's theme will do.
    }
  };

  const apply = () => {
    const theme = chosen();
    root.dataset.theme = theme;
    root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-set-theme") === theme));
    }
  };

  /** @param {string} theme */
  const choose = (theme) => {
    try {
      localStorage.setItem("cornbread.theme", theme);
    } catch {
      // Not remembered, but still shown until the page is left.
    }
    apply();
  };

  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-set-theme]");
    if (button) choose(button.getAttribute("data-set-theme") ?? "auto");
  });
})();
