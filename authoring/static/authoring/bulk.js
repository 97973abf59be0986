// How far a bulk job is, once a second until it ends.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const part = document.querySelector("[data-progress-url]");
  const ask = async () => {
    if (!part?.querySelector("[data-running]")) {
      document.querySelector("[data-while-running]")?.remove();
      return;
    }
    const answer = await fetch(part.dataset.progressUrl, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) part.innerHTML = await answer.text();
    setTimeout(ask, 1000);
  };
  ask();
});
