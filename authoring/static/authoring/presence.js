// Say that somebody has this article open, and who else has.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const notice = document.querySelector("[data-presence-url]");
  if (!notice) return;
  const beat = async () => {
    if (document.hidden) return;
    const headers = { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value };
    const answer = await fetch(notice.dataset.presenceUrl, { method: "POST", headers }).catch(() => null);
    if (!answer?.ok) return;
    const said = (await answer.json()).others.join(" · ");
    if (notice.textContent !== said) notice.textContent = said;
    notice.hidden = !said;
  };
  document.addEventListener("visibilitychange", beat);
  setInterval(beat, 15000);
  beat();
});
