// The editor of a watch: the query in colours, and suggestions put into it by a click.
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

  // The words stand in colours behind the text area, whose own letters are then transparent.
  const paint = () => {
    const query = document.getElementById("id_query");
    const under = document.getElementById("query-paint");
    const said = document.getElementById("query-patterns");
    if (!(query instanceof HTMLTextAreaElement) || !under || !said) return;
    /** @type {[string, string][]} */
    const terminals = JSON.parse(said.textContent ?? "[]");
    const patterns = terminals.map(([kind, source]) => ({ kind, fits: new RegExp(source, "uy") }));

    /** As the parser does: the characters of phones as the plain ones, each where it was.
     * @param {string} text */
    const plain = (text) =>
      text
        .replace(/[“”„‟«»＂]/g, '"')
        .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));

    const redraw = () => {
      const text = query.value;
      const read = plain(text);
      const drawn = document.createDocumentFragment();
      let at = 0;
      while (at < read.length) {
        let kind = "";
        let end = at + 1;
        for (const one of patterns) {
          one.fits.lastIndex = at;
          const found = one.fits.exec(read);
          if (found && found[0]) {
            kind = one.kind;
            end = at + found[0].length;
            break;
          }
        }
        const part = document.createElement("span");
        if (kind) part.className = `cb-q-${kind}`;
        part.textContent = text.slice(at, end);
        drawn.append(part);
        at = end;
      }
      // A last empty line has height only when something stands in it.
      under.replaceChildren(drawn, "\n");
      query.style.blockSize = "auto";
      query.style.blockSize = `${query.scrollHeight + query.offsetHeight - query.clientHeight}px`;
    };
    query.addEventListener("input", redraw);
    window.addEventListener("resize", redraw);
    query.closest(".ls-write")?.classList.add("ls-painted");
    redraw();
  };
  paint();

  document.addEventListener("htmx:afterSettle", (event) => {
    const verdict = document.getElementById("watch-verdict");
    if (event.target !== verdict) return;
    const wrong = verdict?.querySelector("[data-faulty]") !== null;
    const query = document.getElementById("id_query");
    query?.classList.toggle("is-invalid", wrong);
    query?.setAttribute("aria-invalid", String(wrong));
  });
})();
