// Rich text that is pasted becomes Markdown.
"use strict";
window.imprint = window.imprint || {};
(() => {
  const MEANING = "h1,h2,h3,h4,h5,h6,b,strong,i,em,a[href],ul,ol,blockquote,pre,code,table,del,s,hr,img,[style*=bold],[style*=italic]";
  const BLOCKS = /^(ADDRESS|ARTICLE|ASIDE|BLOCKQUOTE|DIV|DL|DT|DD|FIGURE|FIGCAPTION|FOOTER|H[1-6]|HEADER|HR|LI|MAIN|OL|P|PRE|SECTION|TABLE|UL)$/;

  const escaped = (text) =>
    text.replace(/\s+/g, " ").replace(/[\\`*[\]<]/g, "\\$&").replace(/(^|\W)_|_(?=\W|$)/g, "$1\\_");

  // Marks stand close to the words: `** a**` is no bold.
  const marked = (mark, text) => {
    const [, before, inner, after] = /^(\s*)([^]*?)(\s*)$/.exec(text);
    return inner ? `${before}${mark}${inner}${mark}${after}` : text;
  };

  const weight = (node) => {
    const given = node.style?.fontWeight;
    if (given) return given === "bold" || given === "bolder" || Number(given) >= 600;
    return /^(B|STRONG)$/.test(node.tagName);
  };
  const slant = (node) => (node.style?.fontStyle ? node.style.fontStyle === "italic" : /^(I|EM)$/.test(node.tagName));

  const image = (node) => {
    const source = node.getAttribute("src") || "";
    const alt = (node.getAttribute("alt") || "").replace(/[[\]\n]/g, " ").trim();
    if (/\/media\/[0-9a-f]{64}\.\d+\.webp$/.test(source)) return `![${alt}](${new URL(source, location.href).pathname})`;
    return /^https?:/.test(source) ? `[${alt || "picture"}](${source})` : "";
  };

  const inline = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || /^(SCRIPT|STYLE|TEMPLATE)$/.test(node.tagName)) return "";
    if (node.tagName === "BR") return "\n";
    if (node.tagName === "IMG") return image(node);
    if (node.tagName === "CODE" || node.tagName === "KBD") return marked("`", node.textContent.replace(/`/g, ""));
    let text = [...node.childNodes].map(inline).join("");
    if (/^(S|DEL|STRIKE)$/.test(node.tagName)) text = marked("~~", text);
    if (!/^H[1-6]$/.test(node.tagName) && weight(node)) text = marked("**", text);
    if (slant(node)) text = marked("*", text);
    const address = node.tagName === "A" && node.getAttribute("href");
    if (address && /^(https?:|mailto:|\/|#)/.test(address) && text.trim()) {
      return /^[[]/.test(text) ? text : `[${text.trim()}](${address.replace(/[\s()]/g, encodeURIComponent)})`;
    }
    return text;
  };

  const paragraph = (text) =>
    text.split("\n").map((line) => line.trim().replace(/^(#{1,6} |[-+] |> |\d+[.)] )/, "\\$1")).join("\\\n").replace(/^(\\\n)+|(\\\n)+$/g, "");

  const item = (node, mark) => {
    const text = blocks(node).join("\n\n").replace(/\n\n(?=\s*([-*]|\d+\.) )/g, "\n");
    return mark + text.replace(/\n(?!\n)/g, `\n${" ".repeat(mark.length)}`);
  };

  const list = (node) => {
    const items = [...node.children].filter((child) => child.tagName === "LI");
    return items.map((child, index) => item(child, node.tagName === "OL" ? `${index + (node.start || 1)}. ` : "- ")).join("\n");
  };

  const table = (node) => {
    const rows = [...node.rows].map((row) => [...row.cells].map((cell) => inline(cell).replace(/\s+/g, " ").replace(/\|/g, "\\|").trim()));
    const width = Math.max(0, ...rows.map((row) => row.length));
    if (!width) return "";
    const line = (cells) => `| ${Array.from({ length: width }, (_, index) => cells[index] || "").join(" | ")} |`;
    return [line(rows[0]), line(Array(width).fill("---")), ...rows.slice(1).map(line)].join("\n");
  };

  const blockOf = (node) => {
    const name = node.tagName;
    if (/^H[1-6]$/.test(name)) return [`${"#".repeat(Math.max(2, Number(name[1])))} ${inline(node).replace(/\s+/g, " ").trim()}`];
    if (name === "HR") return ["---"];
    if (name === "PRE") return ["```\n" + node.textContent.replace(/\n$/, "") + "\n```"];
    if (name === "UL" || name === "OL") return [list(node)];
    if (name === "TABLE") return [table(node)];
    if (name === "BLOCKQUOTE") return [blocks(node).join("\n\n").replace(/^/gm, "> ").replace(/^> $/gm, ">")];
    return blocks(node);
  };

  // The blocks within `node`, each as Markdown; inline content between them is a paragraph.
  const blocks = (node) => {
    const found = [];
    let run = "";
    const end = () => {
      const text = paragraph(run.trim());
      if (text) found.push(text);
      run = "";
    };
    for (const child of node.childNodes) {
      const isBlock = child.nodeType === Node.ELEMENT_NODE && (BLOCKS.test(child.tagName) || child.querySelector?.("p,div,ul,ol,table,h1,h2,h3,h4,pre,blockquote"));
      if (!isBlock) {
        run += inline(child);
        continue;
      }
      end();
      found.push(...blockOf(child));
    }
    end();
    return found.filter((text) => text.trim());
  };

  // Markdown of `html`; empty where the plain text says as much.
  window.imprint.markdown = (html) => {
    const body = new DOMParser().parseFromString(html, "text/html").body;
    for (const one of body.querySelectorAll("script,style,meta,link,title")) one.remove();
    return body.querySelector(MEANING) ? blocks(body).join("\n\n").replace(/\u00a0/g, " ") : "";
  };

  const pasted = (area, event, receive) => {
    const data = event.clipboardData;
    const html = data.getData("text/html");
    const plain = data.getData("text/plain");
    const files = [...data.files].filter((file) => file.type.startsWith("image/"));
    if (files.length && receive && !plain.trim()) {
      event.preventDefault();
      return receive(files);
    }
    const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
    const isAddress = /^https?:\/\/\S+$/.test(plain.trim());
    const fromEditor = data.types.includes("vscode-editor-data");
    const text = isAddress ? chosen && !chosen.includes("\n") && `[${chosen}](${plain.trim()})` : html && !fromEditor && window.imprint.markdown(html);
    if (!text) return;
    event.preventDefault();
    window.imprint.put(area, area.selectionStart, area.selectionEnd, text);
  };

  window.imprint.listenToPaste = (area, receive) => area.addEventListener("paste", (event) => pasted(area, event, receive));
})();
