// The editor of a watch: suggestions and examples are put into the query by a click.
(() => {
  /** @param {string} text */
  const put = (text) => {
    const query = document.getElementById("id_query");
    if (!(query instanceof HTMLTextAreaElement)) return;
    query.focus();
    query.select();
    // Typed for the person rather than set, so that Ctrl Z brings their own query back.
    if (!document.execCommand("insertText", false, text)) {
      query.value = text;
      query.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  document.addEventListener("click", (event) => {
    const source = event.target instanceof Element && event.target.closest("[data-puts-query]");
    if (source) put(source.getAttribute("data-puts-query") ?? "");
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const verdict = document.getElementById("watch-verdict");
    if (event.target !== verdict) return;
    const wrong = verdict?.querySelector("[data-faulty]") !== null;
    const query = document.getElementById("id_query");
    query?.classList.toggle("is-invalid", wrong);
    query?.setAttribute("aria-invalid", String(wrong));
  });
})();
