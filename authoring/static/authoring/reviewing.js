// The text in review: as tall as it is, in the colours of the desk, with passages to be chosen and found.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const frame = document.querySelector(".review-frame");
  const pick = document.querySelector("[data-pick]");
  const form = document.getElementById("comment-form");
  if (!frame || !form) return;
  const view = () => frame.contentDocument;
  const marks = (key) => [...view().querySelectorAll("mark.passage")].filter((mark) => mark.dataset.comments.split(" ").includes(key));

  const fit = () => {
    frame.style.height = "0";
    frame.style.height = `${view().documentElement.scrollHeight + 2}px`;
  };
  const paint = () => window.imprint.paint(view(), document.documentElement.classList.contains("dark") ? "dark" : "light");

  const choose = (key) => {
    for (const one of document.querySelectorAll(".thread.is-chosen")) one.classList.remove("is-chosen");
    for (const one of view().querySelectorAll("mark.is-chosen")) one.classList.remove("is-chosen");
    document.getElementById(`comment-${key}`)?.classList.add("is-chosen");
    for (const one of marks(key)) one.classList.add("is-chosen");
  };
  const showInText = (key) => {
    choose(key);
    const [first] = marks(key);
    if (!first) return;
    const top = frame.getBoundingClientRect().top + first.getBoundingClientRect().top;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scroller(frame).scrollBy({ top: top - innerHeight / 3, behavior: still ? "auto" : "smooth" });
  };

  // What is selected, and the words around it, as the server counts them: title, summary, text.
  const selected = () => {
    const selection = view().getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const whole = view().querySelector("article.article");
    const quote = range.toString();
    if (!whole?.contains(range.commonAncestorContainer) || !quote.trim() || quote.length > 2000) return null;
    const around = view().createRange();
    around.setStart(whole, 0);
    around.setEnd(range.startContainer, range.startOffset);
    const before = around.toString().slice(-60);
    around.setStart(range.endContainer, range.endOffset);
    around.setEnd(whole, whole.childNodes.length);
    return { quote, before, after: around.toString().slice(0, 60), place: range.getBoundingClientRect() };
  };
  let chosen = null;
  const offer = () => {
    chosen = selected();
    pick.hidden = !chosen;
    if (!chosen) return;
    const left = Math.min(chosen.place.left, frame.clientWidth - pick.offsetWidth - 4);
    Object.assign(pick.style, { top: `${frame.offsetTop + chosen.place.bottom + 6}px`, left: `${Math.max(4, left)}px` });
  };
  pick.addEventListener("click", () => {
    for (const name of ["quote", "before", "after"]) form.elements[name].value = chosen[name];
    pick.hidden = true;
    form.elements.body.focus();
    form.scrollIntoView({ block: "center" });
  });
  form.elements.quote.addEventListener("input", () => {
    form.elements.before.value = form.elements.after.value = "";
  });

  const begin = () => {
    paint();
    fit();
    view().addEventListener("selectionchange", () => requestAnimationFrame(offer));
    view().addEventListener("click", (event) => {
      if (event.target.closest("a")) event.preventDefault();
      const key = event.target.closest("mark.passage")?.dataset.comments.split(" ")[0];
      if (!key) return;
      choose(key);
      document.getElementById(`comment-${key}`)?.scrollIntoView({ block: "nearest" });
    });
    view().addEventListener("submit", (event) => event.preventDefault());
    for (const picture of view().images) picture.addEventListener("load", fit);
    new ResizeObserver(() => requestAnimationFrame(fit)).observe(frame.parentElement);
    new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["class"] });
    const asked = /^#comment-(\d+)$/.exec(location.hash);
    if (asked) choose(asked[1]);
    for (const button of document.querySelectorAll("[data-show]")) {
      button.hidden = false;
      button.addEventListener("click", () => showInText(button.dataset.show));
    }
  };
  if (view()?.readyState === "complete" && view().querySelector("article.article")) begin();
  else frame.addEventListener("load", begin, { once: true });

  // What scrolls: the page, or the part of it that the admin makes scroll.
  function scroller(element) {
    for (let one = element.parentElement; one; one = one.parentElement) {
      if (one.scrollHeight > one.clientHeight && /auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
    }
    return document.scrollingElement;
  }
});
