// Copy what stands in an element, at the press of a button.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      const done = await navigator.clipboard.writeText(source.textContent).then(() => true, () => false);
      document.querySelector("[data-copied]").textContent = done ? "Copied." : "Copy it by hand: the browser does not permit it.";
    });
  }
});
