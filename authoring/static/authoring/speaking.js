// Comments beside the editor: their passage is shown in the preview, or chosen in the text.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const shown = (key) => {
    const view = document.querySelector("iframe[title=Preview]")?.contentDocument;
    const found = [...(view?.querySelectorAll("mark.passage") || [])].filter((mark) => mark.dataset.comments.split(" ").includes(key));
    for (const mark of view?.querySelectorAll("mark.is-chosen") || []) mark.classList.remove("is-chosen");
    for (const mark of found) mark.classList.add("is-chosen");
    found[0]?.scrollIntoView({ block: "center" });
    return found.length && document.querySelector(".editor-preview")?.hidden === false;
  };
  const choose = (quote) => {
    const area = document.getElementById("id_body");
    const at = area ? area.value.indexOf(quote) : -1;
    if (at < 0) return;
    area.focus();
    area.setSelectionRange(at, at + quote.length);
  };
  for (const quote of document.querySelectorAll(".desk-side [data-passage]")) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "plain-button small", textContent: "Show in the text" });
    quote.after(button);
    button.addEventListener("click", () => {
      if (!shown(quote.dataset.passage)) choose(quote.dataset.quote);
    });
  }
});
