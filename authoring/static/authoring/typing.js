// What the toolbar does to a textarea: every change is one that the browser's own undo takes back.
"use strict";
window.imprint = window.imprint || {};
(() => {
  // Put `text` in place of what stands from `start` to `end`; then select within it, from its beginning.
  const put = (area, start, end, text, from = text.length, to = from) => {
    area.focus();
    area.setSelectionRange(start, end);
    if ((text || start !== end) && !document.execCommand(text ? "insertText" : "delete", false, text)) {
      area.setRangeText(text, start, end, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    area.setSelectionRange(start + from, start + to);
  };

  const wrap = (area, mark, example) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const before = value.slice(start - mark.length, start);
    const after = value.slice(end, end + mark.length);
    const longer = mark === "*" && value[start - 2] === "*" && value[start - 3] !== "*";
    if (before === mark && after === mark && !longer) {
      return put(area, start - mark.length, end + mark.length, value.slice(start, end), 0, end - start);
    }
    const text = value.slice(start, end) || example;
    put(area, start, end, mark + text + mark, mark.length, mark.length + text.length);
  };

  // The whole lines that the selection touches.
  const lines = (area) => {
    const { selectionStart, selectionEnd, value } = area;
    const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const next = value.indexOf("\n", Math.max(selectionEnd - (selectionEnd > selectionStart ? 1 : 0), start));
    return { start, end: next < 0 ? value.length : next };
  };

  const eachLine = (area, change) => {
    const { start, end } = lines(area);
    const text = change(area.value.slice(start, end).split("\n")).join("\n");
    put(area, start, end, text, area.selectionStart === area.selectionEnd ? text.length : 0, text.length);
  };

  const prefix = (pattern, mark) => (area) =>
    eachLine(area, (all) =>
      all.every((line) => pattern.test(line))
        ? all.map((line) => line.replace(pattern, ""))
        : all.map((line, index) => (line || all.length === 1 ? mark(index) + line.replace(pattern, "") : line)),
    );

  // A block with empty lines around it; `from` and `to` select within `text`.
  const block = (area, text, from, to) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const before = value.slice(0, start);
    const above = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const below = value.slice(end).startsWith("\n\n") || !value.slice(end) ? "" : "\n\n";
    put(area, start, end, above + text + below, above.length + from, above.length + to);
  };

  const code = (area) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const chosen = value.slice(start, end);
    if (!chosen.includes("\n")) return wrap(area, "`", "code");
    block(area, "```\n" + chosen.replace(/\n$/, "") + "\n```", 3, 3);
  };

  const link = (area) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const chosen = value.slice(start, end);
    if (/^(https?:\/\/|\/)\S+$/.test(chosen)) return put(area, start, end, `[](${chosen})`, 1, 1);
    const text = chosen || "link";
    put(area, start, end, `[${text}](https://)`, text.length + 3, text.length + 11);
  };

  const heading = (area) =>
    eachLine(area, ([line, ...rest]) => {
      const level = (line.match(/^(#{1,6}) /) || ["", ""])[1].length;
      const bare = line.replace(/^#{1,6} /, "");
      return [(["## ", "## ", "### "][level] || "") + bare, ...rest];
    });

  const table = (area) => {
    const text = "| Column | Column |\n| --- | --- |\n| Cell | Cell |\n| Cell | Cell |";
    block(area, text, 2, 8);
  };

  const footnote = (area) => {
    const numbers = [...area.value.matchAll(/\[\^(\d+)\]/g)].map((found) => Number(found[1]));
    const number = Math.max(0, ...numbers) + 1;
    put(area, area.selectionEnd, area.selectionEnd, `[^${number}]`);
    const length = area.value.replace(/\s+$/, "").length;
    const note = `${/\n\[\^\d+\]: [^\n]*$/.test(area.value.slice(0, length)) ? "\n" : "\n\n"}[^${number}]: `;
    put(area, length, area.value.length, `${note}What you want to add.`, note.length, note.length + 21);
  };

  const KINDS = ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"];
  const callout = (area) => {
    const { start } = lines(area);
    const opened = area.value.lastIndexOf("> [!", start + 4);
    const between = opened < 0 ? "no" : area.value.slice(opened, start);
    const known = opened < 0 ? null : /^> \[!(\w+)\]/.exec(area.value.slice(opened));
    if (known && between.split("\n").slice(0, -1).every((line) => line.startsWith(">"))) {
      const kind = KINDS[(KINDS.indexOf(known[1]) + 1) % KINDS.length];
      const caret = area.selectionStart + kind.length - known[1].length;
      put(area, opened, opened + known[0].length, `> [!${kind}]`);
      return area.setSelectionRange(caret, caret);
    }
    const chosen = area.value.slice(area.selectionStart, area.selectionEnd) || "Worth knowing.";
    block(area, `> [!NOTE]\n> ${chosen.split("\n").join("\n> ")}`, 12, 12 + chosen.length);
  };

  // Enter goes on with a list or a quotation, and ends it on an empty line.
  const goOn = (area) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    if (start !== end) return false;
    const line = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
    const found = /^(\s*)(?:([-*+]) (\[[ x]\] )?|(\d+)([.)]) |(> ?))/.exec(line);
    if (!found) return false;
    if (found[0].length === line.length) {
      put(area, start - line.length, start, "");
      return true;
    }
    const [, indent, bullet, task, number, mark, quote] = found;
    const next = bullet ? `${bullet} ${task ? "[ ] " : ""}` : number ? `${Number(number) + 1}${mark} ` : quote;
    put(area, start, end, `\n${indent}${next}`);
    return true;
  };

  window.imprint.put = put;
  window.imprint.goOn = goOn;
  window.imprint.block = block;
  window.imprint.commands = {
    heading, link, code, table, footnote, callout,
    bold: (area) => wrap(area, "**", "bold text"),
    italic: (area) => wrap(area, "*", "italic text"),
    list: prefix(/^\s*[-*+] /, () => "- "),
    numbers: prefix(/^\s*\d+[.)] /, (index) => `${index + 1}. `),
    quote: prefix(/^> ?/, () => "> "),
  };
})();
