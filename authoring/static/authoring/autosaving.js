// Nothing that was typed is lost: it is saved after a pause, kept in this browser meanwhile, and offered again.
"use strict";
window.imprint = window.imprint || {};
(() => {
  const PAUSE = 2000;
  const LONGEST = 20000;
  const SKIPPED = new Set(["csrfmiddlewaretoken", "revision", "_save", "_publish", "_unpublish", "_schedule"]);
  const PREFIX = "imprint.draft:";

  const fields = (form) => {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (!SKIPPED.has(name) && typeof value === "string") (found[name] ||= []).push(value.replace(/\r\n/g, "\n"));
    }
    return found;
  };
  const same = (one, other) => {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) => (one[name] || [""]).join("\n") === (other[name] || [""]).join("\n"));
  };
  const fill = (form, values) => {
    for (const element of form.elements) {
      if (!element.name || SKIPPED.has(element.name) || element.type === "file" || /button|submit/.test(element.type)) continue;
      const given = values[element.name] || [];
      if (element.type === "checkbox") element.checked = given.length > 0;
      else if (element.multiple) for (const option of element.options) option.selected = given.includes(option.value);
      else if (element.id === "id_body") window.imprint.put(element, 0, element.value.length, given[0] || "");
      else if (element.type !== "hidden") element.value = given[0] || "";
      element.dispatchEvent(new Event("change", { bubbles: true }));
      window.django?.jQuery?.(element).trigger("change.select2");
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const clock = (moment) => new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  const store = {
    read: (key) => {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    },
    write: (key, copy) => {
      try {
        localStorage.setItem(key, JSON.stringify(copy));
        return true;
      } catch {
        return false;
      }
    },
    of: (article) => Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${article}:`)),
  };

  // Which copies belong to tabs that are open still: they hold a lock of the copy's name.
  const open = async () => {
    const held = (await navigator.locks?.query())?.held || [];
    return new Set(held.map((lock) => lock.name));
  };
  const holdName = (name) => navigator.locks?.request(name, { mode: "shared" }, () => new Promise(() => {}));

  window.imprint.autosave = async (form, desk, tell) => {
    const tab = (sessionStorage.imprintTab ||= crypto.getRandomValues(new Uint32Array(2)).join(""));
    const article = () => desk.article || "new";
    const key = () => `${PREFIX}${article()}:${tab}`;
    const revision = form.elements.revision;
    let first = fields(form);
    let kept = first;
    let last = 0;
    let typedSince = 0;
    let wait = 0;
    let going = null;
    let isLeaving = false;

    const isDirty = () => !same(fields(form), kept);
    const keepHere = () => {
      const now = fields(form);
      if (!same(now, first)) store.write(key(), { fields: now, revision: revision.value, at: Date.now() });
      else localStorage.removeItem(key());
    };
    const began = (said) => {
      localStorage.removeItem(key());
      desk.article = said.article;
      desk.autosaveUrl = said.autosave_url;
      desk.lookUrl = said.look_url;
      desk.discardUrl = said.discard_url;
      revision.value = said.number;
      form.action = said.change_url;
      for (const button of document.querySelectorAll("[data-preview-button]")) button.formAction = said.preview_url;
      history.replaceState(null, "", said.change_url);
      holdName(key());
      keepHere();
    };
    const send = async (keepalive = false) => {
      if (isLeaving || !desk.autosaveUrl || !isDirty()) return;
      if (going) return going;
      const sent = fields(form);
      if (!sent.title?.[0].trim() && !desk.article) return tell("Kept in this browser until it has a title");
      const body = new FormData(form);
      if (last) body.set("replaces", last);
      tell("Saving…");
      going = fetch(desk.autosaveUrl, { method: "POST", body, keepalive }).catch(() => null);
      const answer = await going;
      going = null;
      const said = answer ? await answer.json().catch(() => null) : null;
      if (answer?.ok && said && !answer.redirected) {
        kept = sent;
        typedSince = 0;
        last = said.number;
        if (said.change_url) began(said);
        tell(`Saved ${clock(Date.now())}`);
        return;
      }
      if (said?.error) tell(`Not saved yet: ${said.error} Your text is kept in this browser.`, true);
      else if (answer?.status === 503) tell("The database does not answer just now. Your text is kept in this browser.", true);
      else tell(answer ? "You are logged out: log in in another tab. Your text is kept in this browser." : "No connection. Your text is kept in this browser.", true);
      clearTimeout(wait);
      wait = setTimeout(send, 10000);
    };
    const typed = () => {
      if (!isDirty()) return;
      keepHere();
      typedSince ||= Date.now();
      clearTimeout(wait);
      wait = setTimeout(send, Math.max(0, Math.min(PAUSE, typedSince + LONGEST - Date.now())));
    };
    form.addEventListener("input", typed);
    form.addEventListener("change", typed);
    window.django?.jQuery?.(form).on("change", "select", typed);
    window.addEventListener("online", () => send());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send(new Blob([JSON.stringify(fields(form))]).size < 50000));
    // What was sent is marked so: a page that is left because of it must not take the mark away.
    window.addEventListener("pagehide", () => isLeaving || keepHere());
    window.addEventListener("pageshow", () => (isLeaving = false));
    form.addEventListener("submit", (event) => {
      if (event.submitter?.formTarget === "_blank") return;
      isLeaving = true;
      clearTimeout(wait);
      store.write(key(), { fields: fields(form), revision: revision.value, at: Date.now(), submitted: true });
    });

    // --- What an earlier visit left behind ---

    const offer = (copy, forget) => {
      const make = window.imprint.make;
      const restore = make("button", { type: "button", className: "plain-button small primary", textContent: "Restore it" });
      const discard = make("button", { type: "button", className: "plain-button small", textContent: "Discard it" });
      const when = new Date(copy.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
      const note = make("div", { className: "offer" }, make("p", { textContent: `You left text here that was never saved as a draft, from ${when}.` }), restore, discard);
      note.setAttribute("role", "status");
      form.prepend(note);
      restore.addEventListener("click", () => {
        fill(form, copy.fields);
        if (copy.revision) revision.value = copy.revision;
        note.remove();
        forget(false);
      });
      discard.addEventListener("click", () => {
        note.remove();
        forget(true);
      });
    };
    const copies = async () => {
      const alive = await open();
      const found = [];
      for (const name of store.of(article())) {
        const copy = store.read(name);
        const arrived = copy?.submitted && Number(revision.value) > Number(copy.revision || 0) && !document.querySelector(".errornote");
        if (!copy || arrived || same(copy.fields, first)) localStorage.removeItem(name);
        else if (name === key() || !alive.has(name)) found.push({ ...copy, name });
      }
      return found.sort((one, other) => other.at - one.at);
    };
    const sweepNew = async () => {
      // A new article that was saved stands at an address of its own now.
      for (const name of desk.article ? store.of("new") : []) {
        const copy = store.read(name);
        if (copy?.submitted && copy.fields.title?.[0] === first.title?.[0]) localStorage.removeItem(name);
      }
    };
    await sweepNew();
    const here = await copies();
    holdName(key());
    const there = desk.unsaved && !same(desk.unsaved.fields, first) ? desk.unsaved : null;
    const best = here[0] && there ? (here[0].at >= there.at ? here[0] : there) : here[0] || there;
    if (best) {
      offer(best, (isDiscarded) => {
        for (const copy of here) localStorage.removeItem(copy.name);
        if (isDiscarded && desk.discardUrl) {
          const body = new FormData();
          body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
          fetch(desk.discardUrl, { method: "POST", body });
        }
        if (!isDiscarded) typed();
      });
    }
    window.addEventListener("beforeunload", (event) => {
      if (isLeaving) return;
      keepHere();
      if (isDirty() && !store.read(key())) event.preventDefault();
    });
  };
})();
