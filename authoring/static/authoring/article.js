// The desk: the chosen picture, the state while readers wait, the writer's own time zone, Ctrl-S.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  for (const select of document.querySelectorAll("select:has(option[data-src])")) {
    const picture = Object.assign(document.createElement("img"), { className: "chosen-picture", alt: "" });
    const show = () => {
      const source = select.selectedOptions[0]?.dataset.src;
      picture.hidden = !source;
      if (source) picture.src = source;
    };
    select.closest(".grow, .relative")?.append(picture);
    select.addEventListener("change", show);
    show();
  }

  // Select2 draws fields of its own, which do not know their labels.
  const nameFields = () => {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
      const label = select.labels[0]?.textContent.trim();
      const drawn = select.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox], input") || [];
      for (const part of label ? drawn : []) part.setAttribute("aria-label", label);
    }
  };
  setTimeout(nameFields);
  window.django?.jQuery?.(document).on("change.select2", nameFields);

  const state = document.querySelector("[data-state-url]");
  let asked = 0;
  let shown = "";
  const ask = async () => {
    if (!state?.querySelector("[data-owed]") || asked > 120) return;
    asked += 1;
    const answer = await fetch(state.dataset.stateUrl, { cache: "no-store" }).catch(() => null);
    const told = answer?.ok ? await answer.text() : shown;
    if (told !== shown) state.innerHTML = shown = told;
    setTimeout(ask, asked < 10 ? 300 : 2000);
  };
  ask();

  const desk = document.getElementById("desk");
  for (const notice of document.querySelectorAll("[data-kept]")) {
    notice.hidden = localStorage.getItem(`imprint.settled:${desk?.dataset.article}`) === notice.dataset.kept;
  }

  const zone = document.querySelector("select.zone");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !("kept" in zone.dataset) && zone.form.method === "post" && !document.querySelector(".errors, .errornote")) {
    const option = [...zone.options].find((one) => one.value === own);
    if (option) zone.value = own;
  }

  for (const button of document.querySelectorAll("[data-ask]")) {
    button.addEventListener("click", (event) => {
      if (!window.confirm(button.dataset.ask)) event.preventDefault();
    });
  }

  document.addEventListener("keydown", (event) => {
    const save = document.querySelector("[name=_save][form]");
    if (save && event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save.click();
    }
  });
});
