// The calendar: arrows go from day to day, and what is dropped on another day is asked about there.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const days = [...document.querySelectorAll(".calendar-date a[data-day]")];
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("select, input, textarea")) return;
    const at = days.indexOf(document.activeElement);
    const next = days[at + steps[event.key]];
    const page = document.querySelector(`[data-key="${event.key}"]`);
    if (at >= 0 && next) next.focus();
    else if (page) page.click();
    else return;
    event.preventDefault();
  });

  let moving = null;
  for (const entry of document.querySelectorAll("[data-move-url]")) {
    entry.addEventListener("dragstart", (event) => {
      moving = entry;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", entry.dataset.moveUrl);
    });
    entry.addEventListener("dragend", () => { moving = null; });
  }
  for (const day of document.querySelectorAll(".calendar-day")) {
    day.addEventListener("dragover", (event) => {
      if (!moving || day.contains(moving)) return;
      event.preventDefault();
      day.classList.add("is-over");
    });
    day.addEventListener("dragleave", () => day.classList.remove("is-over"));
    day.addEventListener("drop", (event) => {
      if (!moving) return;
      event.preventDefault();
      const address = new URL(moving.dataset.moveUrl, location.href);
      address.searchParams.set("day", day.dataset.day);
      location.assign(address);
    });
  }
});
