// The page of a clash: take over the other's words where wished. What is typed here is kept in this browser.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("clash");
  const { put } = window.imprint;
  for (const part of form.querySelectorAll("[data-needs-take]")) part.hidden = false;
  for (const button of form.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => {
      const field = form.elements[button.dataset.for];
      put(field, 0, field.value.length, button.dataset.take);
    });
  }

  const places = JSON.parse(document.getElementById("places")?.textContent || "[]");
  const area = form.querySelector("textarea[name=body]");
  for (const place of places) place.side = "mine";
  const find = (place, text) => {
    if (area.value.substr(place.start, text.length) === text) return place.start;
    return text.trim() ? area.value.indexOf(text) : -1; // somebody typed above it
  };
  for (const button of form.querySelectorAll("[data-place]")) {
    const place = places[button.dataset.place];
    button.addEventListener("click", () => {
      const other = place.side === "mine" ? "theirs" : "mine";
      const start = find(place, place[place.side]);
      const told = button.nextElementSibling;
      told.textContent = start < 0 ? "This place was edited: take over by hand what you want." : "";
      if (start < 0) return;
      const longer = place[other].length - place[place.side].length;
      put(area, start, start + place[place.side].length, place[other], 0, place[other].length);
      for (const later of places) if (later !== place && later.start > place.start) later.start += longer + start - place.start;
      Object.assign(place, { start, side: other });
      button.textContent = other === "mine" ? "Take theirs here" : "Take yours here";
    });
  }

  // As the editor keeps a copy (autosaving.js): it offers this one, too.
  const tab = (sessionStorage.imprintTab ||= crypto.getRandomValues(new Uint32Array(2)).join(""));
  const keep = (more) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (!["csrfmiddlewaretoken", "revision"].includes(name)) (fields[name] ||= []).push(value.replace(/\r\n/g, "\n"));
    }
    if (fields.noindex) fields.noindex = fields.noindex[0] === "True" ? ["on"] : [];
    const copy = { fields, revision: form.elements.revision.value, at: Date.now(), ...more };
    try {
      localStorage.setItem(`imprint.draft:${form.dataset.article}:${tab}`, JSON.stringify(copy));
    } catch {} // The text as it came is kept as a revision.
  };
  form.addEventListener("input", () => keep());
  form.addEventListener("submit", () => keep({ submitted: true }));
  form.querySelector("[data-leave]").addEventListener("click", () => {
    localStorage.removeItem(`imprint.draft:${form.dataset.article}:${tab}`);
    localStorage.setItem(`imprint.settled:${form.dataset.article}`, form.dataset.kept);
  });
});
