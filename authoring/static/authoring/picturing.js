// Pictures: dropped or pasted into the text, or chosen from the library; each is asked what it shows.
"use strict";
window.imprint = window.imprint || {};
(() => {
  const make = (tag, values = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), values);
    made.append(...children);
    return made;
  };
  window.imprint.make = make;

  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const post = async (url, fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...fields, csrfmiddlewaretoken: token() })) body.append(name, value);
    const answer = await fetch(url, { method: "POST", body });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.error || `The server answered ${answer.status}.`);
    return said;
  };

  const dialog = (title, ...children) => {
    const close = make("button", { type: "button", className: "plain-button small", textContent: "Close" });
    const head = make("header", {}, make("h2", { textContent: title }), close);
    const made = make("dialog", { className: "desk-dialog" }, head, ...children);
    made.setAttribute("aria-label", title);
    close.addEventListener("click", () => made.close());
    made.addEventListener("close", () => made.remove());
    document.body.append(made);
    made.showModal();
    return made;
  };

  const labelled = (label, input) => make("label", {}, make("span", { textContent: label }), input);

  // The picture with a mark on what a crop must keep: a click, or the arrow keys, move it.
  const focusOn = (picture) => {
    const image = make("img", { src: picture.large, alt: "" });
    const mark = make("span", { className: "focus-mark" });
    const field = make("div", { className: "focus-field", tabIndex: 0 }, image, mark);
    field.setAttribute("role", "application");
    field.setAttribute("aria-label", "What a crop must keep: click it, or use the arrow keys");
    let [x, y] = picture.focus;
    const show = () => {
      mark.style.setProperty("left", `${x}%`);
      mark.style.setProperty("top", `${y}%`);
    };
    const move = (right, down) => {
      x = Math.min(100, Math.max(0, Math.round(right / 10) * 10));
      y = Math.min(100, Math.max(0, Math.round(down / 10) * 10));
      show();
    };
    field.addEventListener("click", (event) => {
      const box = image.getBoundingClientRect();
      move(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
    });
    field.addEventListener("keydown", (event) => {
      const [right, down] = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] }[event.key] || [];
      if (right === undefined) return;
      event.preventDefault();
      move(x + right, y + down);
    });
    show();
    return { field, at: () => ({ focus_x: x, focus_y: y }) };
  };

  // Ask what a picture shows. Resolves to what stands in the text, or null if it shall not.
  window.imprint.describe = (picture, { button = "Insert" } = {}) =>
    new Promise((resolve) => {
      const alt = make("textarea", { rows: 2, value: picture.alt, maxLength: 500, placeholder: "A compositor sets type by hand" });
      const credit = make("input", { type: "text", value: picture.credit, maxLength: 200 });
      const focus = focusOn(picture);
      const failure = make("p", { className: "failure" });
      const go = make("button", { type: "submit", className: "plain-button primary", textContent: button });
      const form = make(
        "form", {}, focus.field,
        labelled("What does it show? Read aloud to those who cannot see it.", alt),
        labelled("Credit", credit), failure, go,
      );
      const shown = dialog("Describe the picture", form);
      let result = null;
      alt.focus();
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const said = { name: picture.name, alt: alt.value.trim(), credit: credit.value.trim(), ...focus.at() };
        try {
          if (picture.describe) await post(picture.describe, said);
          result = { ...picture, ...said };
          shown.close();
        } catch (error) {
          failure.textContent = error.message;
        }
      });
      shown.addEventListener("close", () => resolve(result));
    });

  const markdown = (picture) => `![${picture.alt.replace(/[[\]\n]/g, " ")}](${picture.address})`;

  window.imprint.upload = (desk, file) => post(desk.uploadUrl, { file });

  // Upload `files`; a line in the text holds the place of each until it is there.
  window.imprint.receive = async (area, desk, files, tell) => {
    for (const file of files) {
      const place = `![uploading ${file.name.replace(/[[\]]/g, "")}…]()`;
      const { selectionStart: start, selectionEnd: end, value: before } = area;
      window.imprint.block(area, place, place.length, place.length);
      const meanwhile = area.value;
      const fill = (text) => {
        area.focus();
        if (area.value === meanwhile && document.execCommand("undo") && area.value === before) {
          // Nothing else was typed: the line was never there, for undo either.
          area.setSelectionRange(start, end);
          if (text) window.imprint.block(area, text, text.length, text.length);
          return;
        }
        const at = area.value.indexOf(place);
        if (at >= 0) window.imprint.put(area, at, at + place.length, text);
      };
      try {
        const picture = await window.imprint.upload(desk, file);
        const described = await window.imprint.describe(picture);
        fill(markdown(described || picture));
      } catch (error) {
        fill("");
        tell(`${file.name}: ${error.message}`);
      }
    }
  };

  const IMAGES = "image/jpeg,image/png,image/webp";

  // Choose from the library, or upload. Resolves to a picture or null.
  window.imprint.choose = (desk) =>
    new Promise((resolve) => {
      const search = make("input", { type: "search", placeholder: "Search names, descriptions, credits" });
      search.setAttribute("aria-label", "Search pictures");
      const file = make("input", { type: "file", accept: IMAGES });
      const grid = make("div", { className: "library" });
      const more = make("button", { type: "button", className: "plain-button small", textContent: "More", hidden: true });
      const failure = make("p", { className: "failure" });
      const upload = labelled("Upload a new one", file);
      upload.hidden = !desk.uploadUrl;
      const shown = dialog("Pictures", make("div", { className: "library-head" }, search, upload), failure, grid, more);
      let chosen = null;
      let page = 1;
      let asked = 0;
      const take = (picture) => {
        chosen = picture;
        shown.close();
      };
      const load = async () => {
        const mine = ++asked;
        const answer = await fetch(`${desk.libraryUrl}?${new URLSearchParams({ q: search.value, page })}`);
        const said = await answer.json();
        if (mine !== asked) return;
        if (page === 1) grid.replaceChildren();
        for (const picture of said.pictures) {
          const image = make("img", { src: picture.thumb, alt: picture.alt, loading: "lazy" });
          const one = make("button", { type: "button", title: picture.name }, image, make("span", { textContent: picture.alt || picture.name }));
          one.addEventListener("click", () => take(picture));
          grid.append(one);
        }
        if (!grid.children.length) grid.append(make("p", { className: "quiet", textContent: "No picture matches." }));
        more.hidden = !said.more;
      };
      const again = () => {
        page = 1;
        load();
      };
      let wait = 0;
      search.addEventListener("input", () => {
        clearTimeout(wait);
        wait = setTimeout(again, 200);
      });
      more.addEventListener("click", () => {
        page += 1;
        load();
      });
      file.addEventListener("change", async () => {
        failure.textContent = "";
        try {
          take({ ...(await window.imprint.upload(desk, file.files[0])), isNew: true });
        } catch (error) {
          failure.textContent = error.message;
        }
      });
      shown.addEventListener("close", () => resolve(chosen));
      load();
      search.focus();
    });

  window.imprint.insertPicture = async (area, desk) => {
    const { selectionStart: start, selectionEnd: end } = area;
    const chosen = await window.imprint.choose(desk);
    const described = chosen && (chosen.alt ? chosen : await window.imprint.describe(chosen));
    area.focus();
    area.setSelectionRange(start, end);
    if (chosen) {
      const text = markdown(described || chosen);
      window.imprint.block(area, text, text.length, text.length);
    }
  };

  // The picture above the text: a list of the newest, and a button to the whole library.
  window.imprint.heroFromLibrary = (select, desk) => {
    const button = make("button", { type: "button", className: "plain-button small", textContent: "Choose…" });
    select.after(button);
    button.addEventListener("click", async () => {
      let picture = await window.imprint.choose(desk);
      if (picture && !picture.alt) picture = (await window.imprint.describe(picture, { button: "Use it" })) || picture;
      if (!picture) return;
      if (![...select.options].some((one) => one.value === picture.key)) {
        const option = make("option", { value: picture.key, textContent: picture.name });
        option.dataset.src = picture.thumb;
        select.append(option);
      }
      select.value = picture.key;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };
})();
