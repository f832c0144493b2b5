// The editor of a canned response: variables are put in where the cursor stands.
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-inserts]");
    const text = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("id_text"));
    if (!button || !text) return;
    text.focus();
    text.setRangeText(button.getAttribute("data-inserts") ?? "", text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new CustomEvent("cb:inserted", { bubbles: true }));
  });
})();
