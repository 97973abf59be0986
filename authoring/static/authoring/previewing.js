// Beside the text: the page as readers will see it, how it will be found, and what is worth a look.
"use strict";
window.imprint = window.imprint || {};
(() => {
  const PAUSE = 120;
  const WIDTHS = { desktop: 1280, phone: 390 };
  const DARK = /\(\s*prefers-color-scheme:\s*(dark|light)\s*\)/g;

  // Make the page in `view` light or dark, whatever the machine prefers.
  const paint = (view, scheme) => {
    view.documentElement.style.colorScheme = scheme;
    for (const sheet of view.styleSheets) {
      let rules = [];
      try {
        rules = [...sheet.cssRules];
      } catch {
        continue;
      }
      for (const rule of rules) {
        if (!(rule instanceof view.defaultView.CSSMediaRule)) continue;
        rule.asWritten ??= rule.media.mediaText;
        rule.media.mediaText = rule.asWritten.replace(DARK, (_, wanted) => (wanted === scheme ? "(min-width: 0)" : "(max-width: 0)"));
      }
    }
  };

  window.imprint.paint = paint;

  // Where in the textarea, in pixels, the character at each of `offsets` stands.
  const heights = (area, offsets) => {
    const mirror = window.imprint.make("div", { textContent: area.value + "\n" });
    const style = getComputedStyle(area);
    for (const name of ["font", "lineHeight", "letterSpacing", "paddingTop", "paddingLeft", "paddingRight", "boxSizing", "tabSize"]) mirror.style[name] = style[name];
    Object.assign(mirror.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word", width: `${area.clientWidth}px` });
    document.body.append(mirror);
    const top = mirror.getBoundingClientRect().top;
    const range = document.createRange();
    const found = offsets.map((offset) => {
      range.setStart(mirror.firstChild, offset);
      range.setEnd(mirror.firstChild, Math.min(offset + 1, mirror.firstChild.length));
      return range.getBoundingClientRect().top - top;
    });
    mirror.remove();
    return found;
  };

  const headings = (text) => {
    const found = [];
    let fence = "";
    let offset = 0;
    for (const line of text.split("\n")) {
      const mark = /^ {0,3}(```+|~~~+)/.exec(line);
      if (mark && (!fence || line.trim().startsWith(fence))) fence = fence ? "" : mark[1];
      else if (!fence && /^ {0,3}#{1,6} +\S/.test(line)) found.push(offset);
      offset += line.length + 1;
    }
    return found;
  };

  // Pairs of heights that belong together: beginnings, headings and ends of the text and of the page.
  const anchors = (area, view) => {
    const prose = view.querySelector(".prose");
    const shown = prose ? [...prose.querySelectorAll(":is(h2,h3,h4,h5,h6):not(:is(aside,blockquote) *)")] : [];
    const typed = headings(area.value);
    const height = view.documentElement.scrollHeight;
    const y = (element) => element.getBoundingClientRect().top + view.defaultView.scrollY;
    const pairs = [[0, 0]];
    if (shown.length === typed.length) {
      const tops = heights(area, typed);
      typed.forEach((_, index) => pairs.push([tops[index], y(shown[index])]));
    } else if (prose) pairs.push([0, y(prose)]);
    pairs.push([area.scrollHeight, prose ? y(prose) + prose.offsetHeight : height]);
    return pairs;
  };

  const between = (pairs, at) => {
    const index = Math.max(1, pairs.findIndex(([typed]) => typed > at));
    const [[a, x], [b, y]] = [pairs[index - 1], pairs[index] || pairs[pairs.length - 1]];
    return b > a ? x + ((at - a) / (b - a)) * (y - x) : y;
  };

  // As publishing draws the card: the largest of these sizes at which the title has room, of 1200 pixels.
  const fitCard = () => {
    const card = document.querySelector("[data-card]");
    const title = card?.querySelector(".card-title");
    if (!card) return;
    card.hidden = !title.textContent;
    for (const size of [84, 72, 60, 52]) {
      title.style.setProperty("--size", size);
      if (title.scrollHeight <= title.clientHeight + 1) break;
    }
  };
  document.addEventListener("toggle", fitCard, true);

  const tellFound = (said) => {
    for (const element of document.querySelectorAll("[data-told]")) {
      const [group, name] = element.dataset.told.split(".");
      const value = said[group]?.[name] || "";
      if (element.tagName === "IMG") {
        element.hidden = !value;
        if (value) element.src = value;
      } else element.textContent = value;
    }
    document.querySelector("[data-card]")?.style.setProperty("--accent", said.card.accent);
    fitCard();
    const list = document.querySelector("[data-warnings]");
    if (!list) return;
    list.replaceChildren(
      ...said.warnings.map(({ field, sentence }) => {
        const item = window.imprint.make("li");
        const target = document.getElementById(`id_${field}`);
        const link = window.imprint.make(target ? "a" : "span", { textContent: sentence });
        if (target) link.href = `#id_${field}`;
        item.append(link);
        return item;
      }),
    );
    document.querySelector("[data-no-warnings]").hidden = said.warnings.length > 0;
    for (const one of document.querySelectorAll("[data-needs-script]")) one.hidden = false;
  };

  window.imprint.preview = (area, desk, { pane, tell }) => {
    const make = window.imprint.make;
    const form = area.form;
    const frame = make("iframe", { title: "Preview", sandbox: "allow-same-origin" });
    const stage = make("div", { className: "preview-stage" }, frame);
    const kept = JSON.parse(localStorage.getItem("imprint.preview") || "{}");
    const machine = matchMedia("(prefers-color-scheme: dark)").matches || document.documentElement.classList.contains("dark");
    const looks = { width: "desktop", scheme: machine ? "dark" : "light", ...kept };
    const bar = make("div", { className: "preview-bar" });
    const buttons = [["width", "desktop", "Desktop"], ["width", "phone", "Phone"], ["scheme", "light", "Light"], ["scheme", "dark", "Dark"]].map(([name, value, label]) => {
      const button = make("button", { type: "button", textContent: label, className: "plain-button small" });
      button.addEventListener("click", () => {
        looks[name] = value;
        localStorage.setItem("imprint.preview", JSON.stringify(looks));
        fit();
      });
      bar.append(button);
      return [button, name, value];
    });
    pane.append(bar, stage);

    const view = () => frame.contentDocument;
    const fit = () => {
      for (const [button, name, value] of buttons) button.setAttribute("aria-pressed", String(looks[name] === value));
      const wanted = WIDTHS[looks.width];
      const scale = Math.min(1, stage.clientWidth / wanted) || 1;
      Object.assign(frame.style, { width: `${wanted}px`, height: `${stage.clientHeight / scale}px`, transform: `scale(${scale}) translateX(-50%)` });
      if (view()?.body) paint(view(), looks.scheme);
    };
    const follow = () => {
      if (pane.hidden || !view()?.body) return;
      const room = area.scrollHeight - area.clientHeight;
      const pairs = anchors(area, view());
      const end = view().documentElement.scrollHeight;
      const to = area.scrollTop <= 0 ? 0 : area.scrollTop >= room - 1 ? end : between(pairs, area.scrollTop);
      view().defaultView.scrollTo(0, to);
    };
    // Nothing in the preview leads away from the text.
    const hold = () => {
      view().addEventListener("click", (event) => {
        const link = event.target.closest?.("a");
        if (!link) return;
        event.preventDefault();
        const hash = link.getAttribute("href") || "";
        if (hash.startsWith("#")) view().getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView();
      });
      view().addEventListener("submit", (event) => event.preventDefault());
    };
    let isShown = false;
    const show = ({ page, policy }) => {
      const fresh = new DOMParser().parseFromString(page, "text/html");
      for (const script of fresh.querySelectorAll("script")) script.remove();
      fresh.head.prepend(make("meta", { httpEquiv: "Content-Security-Policy", content: policy }));
      if (!isShown) {
        isShown = true;
        frame.addEventListener("load", () => {
          hold();
          fit();
          follow();
        }, { once: true });
        frame.srcdoc = `<!doctype html>${fresh.documentElement.outerHTML}`;
        return;
      }
      if (!view()?.body) return;
      view().documentElement.lang = fresh.documentElement.lang;
      view().body.replaceChildren(...fresh.body.childNodes);
      follow();
    };

    let wait = 0;
    let going = null;
    const look = async () => {
      going?.abort();
      going = new AbortController();
      const answer = await fetch(desk.lookUrl, { method: "POST", body: new FormData(form), signal: going.signal, cache: "no-store" }).catch(() => null);
      if (!answer?.ok) return;
      const said = await answer.json();
      tell(said);
      tellFound(said);
      if (said.page && !pane.hidden) show(said);
    };
    const soon = () => {
      clearTimeout(wait);
      wait = setTimeout(look, PAUSE);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    area.addEventListener("scroll", () => requestAnimationFrame(follow));
    new ResizeObserver(fit).observe(stage);
    look();
    return { look, fit };
  };
})();
