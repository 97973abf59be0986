// The editor: a textarea with a toolbar, shortcuts and a preview. Without this script it is a textarea.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const { make, commands, goOn } = window.imprint;
  const mac = /Mac|iP/.test(navigator.platform);
  const keys = (shortcut) => (shortcut ? ` (${mac ? shortcut.replace("Ctrl", "⌘").replace("Shift", "⇧").replaceAll("+", "") : shortcut})` : "");
  const TOOLS = [
    ["heading", "title", "Heading", "Ctrl+Shift+2"],
    ["bold", "format_bold", "Bold", "Ctrl+B"],
    ["italic", "format_italic", "Italic", "Ctrl+I"],
    ["link", "link", "Link", "Ctrl+K"],
    ["list", "format_list_bulleted", "List", "Ctrl+Shift+8"],
    ["numbers", "format_list_numbered", "Numbered list", "Ctrl+Shift+7"],
    ["quote", "format_quote", "Quotation", "Ctrl+Shift+9"],
    ["code", "code", "Code", "Ctrl+E"],
    ["table", "table", "Table"],
    ["footnote", "superscript", "Footnote"],
    ["callout", "info", "Callout; again for another kind"],
  ];

  const button = (icon, label, shortcut) => {
    const made = make("button", { type: "button", title: label + keys(shortcut) });
    made.setAttribute("aria-label", label);
    if (shortcut) made.setAttribute("aria-keyshortcuts", shortcut.replace("Ctrl", mac ? "Meta" : "Control"));
    const drawn = make("span", { className: "material-symbols-outlined", textContent: icon });
    drawn.setAttribute("aria-hidden", "true");
    made.append(drawn);
    return made;
  };

  // One stop for Tab; arrow keys go from button to button.
  const rove = (bar) => {
    const all = [...bar.querySelectorAll("button")];
    all.forEach((one, index) => (one.tabIndex = index ? -1 : 0));
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = all.indexOf(document.activeElement);
      if (!step || at < 0) return;
      event.preventDefault();
      all[at].tabIndex = -1;
      const next = all[(at + step + all.length) % all.length];
      next.tabIndex = 0;
      next.focus();
    });
  };

  const edit = (area, desk) => {
    const bar = make("div", { className: "editor-bar" });
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", "Formatting");
    const counts = make("span", { className: "editor-counts" });
    const saved = make("span", { className: "editor-saved" });
    saved.setAttribute("role", "status");
    const pane = make("div", { className: "editor-preview", hidden: true });
    const panes = make("div", { className: "editor-panes" });
    const editor = make("div", { className: "editor" }, bar, panes, make("div", { className: "editor-status" }, counts, saved));
    area.before(editor);
    panes.append(area, pane);
    const tell = (text, isBad = false) => {
      saved.textContent = text;
      saved.classList.toggle("failure", isBad);
    };

    const shortcuts = new Map();
    const tool = (icon, label, shortcut, act, group = bar) => {
      const made = button(icon, label, shortcut);
      made.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
      made.addEventListener("click", act);
      if (shortcut) shortcuts.set(shortcut, act);
      group.append(made);
      return made;
    };
    for (const [name, icon, label, shortcut] of TOOLS) tool(icon, label, shortcut, () => commands[name](area));

    const receive = desk.uploadUrl && ((files) => window.imprint.receive(area, desk, files, (text) => tell(text, true)));
    if (desk.libraryUrl) tool("image", "Picture", "", () => window.imprint.insertPicture(area, desk));
    bar.append(make("span", { className: "grow" }));
    const toggle = (made, name, isOn) => {
      made.setAttribute("aria-pressed", String(isOn));
      editor.classList.toggle(name, isOn);
    };
    if (!desk.lookUrl) {
      const count = () => {
        const words = area.value.split(/\s+/).filter(Boolean).length;
        counts.textContent = `${words.toLocaleString()} word${words === 1 ? "" : "s"}`;
      };
      area.addEventListener("input", count);
      count();
    }
    if (desk.lookUrl) {
      const shown = window.imprint.preview(area, desk, {
        pane,
        tell: (said) => {
          counts.textContent = `${said.words.toLocaleString()} word${said.words === 1 ? "" : "s"} · ${said.minutes} min to read`;
          window.imprint.suggestSlug?.(said.slug);
        },
      });
      const set = (isOn) => {
        pane.hidden = !isOn;
        toggle(split, "is-split", isOn);
        localStorage.setItem("imprint.split", isOn ? "1" : "");
        if (isOn) shown.look().then(shown.fit);
      };
      const split = tool("vertical_split", "Preview beside the text", "Ctrl+Alt+P", () => set(pane.hidden));
      split.setAttribute("aria-pressed", "false");
      if (localStorage.getItem("imprint.split") && matchMedia("(min-width: 1024px)").matches) set(true);
    }
    const fill = (isOn) => {
      toggle(full, "is-full", isOn);
      document.documentElement.classList.toggle("has-full-editor", isOn);
      area.focus();
    };
    const full = tool("fullscreen", "Full screen", "Ctrl+Alt+F", () => fill(!editor.classList.contains("is-full")));
    full.setAttribute("aria-pressed", "false");
    rove(bar);

    editor.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape" && editor.classList.contains("is-full")) return fill(false);
      if (event.key === "Enter" && !event.shiftKey && event.target === area && goOn(area)) return event.preventDefault();
      if (!(mac ? event.metaKey : event.ctrlKey)) return;
      const digit = /^Digit\d$/.test(event.code) && event.shiftKey ? event.code[5] : "";
      const letter = event.altKey ? event.code.replace("Key", "") : event.key.toUpperCase();
      const act = shortcuts.get(`Ctrl+${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${digit || letter}`);
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
    window.imprint.listenToPaste(area, receive);
    if (receive) {
      area.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
      area.addEventListener("drop", (event) => {
        const files = [...event.dataTransfer.files].filter((file) => file.type.startsWith("image/"));
        if (!files.length) return;
        event.preventDefault();
        receive(files);
      });
    }
    return { tell };
  };

  // The address follows the title until somebody types another, or the article has one.
  const followTitle = () => {
    const slug = document.getElementById("id_slug");
    if (!slug || !slug.hasAttribute("data-suggest")) return;
    let isOwn = Boolean(slug.value);
    slug.addEventListener("input", () => (isOwn = slug.value !== ""));
    window.imprint.suggestSlug = (suggested) => {
      if (!isOwn) slug.value = suggested || "";
    };
  };

  const element = document.getElementById("desk");
  const desk = { ...element?.dataset };
  const unsaved = document.getElementById("unsaved");
  if (unsaved) desk.unsaved = JSON.parse(unsaved.textContent);
  followTitle();
  for (const area of document.querySelectorAll("textarea.writing")) {
    const isMain = area.id === "id_body" && desk.lookUrl;
    const { tell } = edit(area, isMain ? desk : { uploadUrl: desk.uploadUrl, libraryUrl: desk.libraryUrl });
    if (isMain) window.imprint.autosave(area.form, desk, tell);
  }
  const hero = document.getElementById("id_hero");
  if (hero && desk.libraryUrl) window.imprint.heroFromLibrary(hero, desk);
});
