// Suggestions while somebody types: an editable combobox with a list, as WAI-ARIA describes it.
// Without this script the form works as it is.
(() => {
  "use strict";

  const field = document.getElementById("q");
  if (!field) return;

  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  const frame = document.createElement("span");
  frame.className = "search-field";
  field.replaceWith(frame);
  frame.append(field, list);

  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) field.setAttribute(name, value);

  const KINDS = { article: "Article", tag: "Tag", author: "Author" };
  let chosen = -1;
  let timer = 0;
  let asking = null;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const choose = (number) => {
    const options = list.children;
    if (!options.length || list.hidden) return;
    chosen = (number + options.length + 1) % (options.length + 1);
    // One place more than there are options: back in the field, nothing is chosen.
    [...options].forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    if (chosen === options.length) {
      chosen = -1;
      field.removeAttribute("aria-activedescendant");
    } else {
      field.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    }
  };

  const show = (results) => {
    list.replaceChildren(
      ...results.map((result, number) => {
        const option = document.createElement("li");
        option.id = `suggestion-${number}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.path = result.path;
        const kind = document.createElement("span");
        kind.textContent = KINDS[result.kind] || "";
        option.append(result.name, " ", kind);
        return option;
      }),
    );
    chosen = -1;
    list.hidden = !results.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    asking?.abort();
    const typed = field.value.trim();
    if (!typed) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest/?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
      if (answer.ok && field.value.trim() === typed && document.activeElement === field) {
        show((await answer.json()).results);
      }
    } catch {
      // Suggestions are a help, not a need: without an answer there are none.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(chosen < 0 && step < 0 ? list.children.length - 1 : chosen < 0 ? 0 : chosen + step);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.path);
    } else if (event.key === "Tab") {
      close();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.path);
  });
  field.addEventListener("blur", close);
})();
