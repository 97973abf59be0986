// A button on every block of code that copies it. Without this script, code is read and selected as ever.

const COPY = "Copy";
const SAID_FOR = 2000; // ms

function frame(block) {
  const around = document.createElement("div");
  around.className = "code";
  block.replaceWith(around);
  around.append(block, button(block));
}

function button(block) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "copy";
  made.lang = "en";
  made.textContent = COPY;
  made.setAttribute("aria-live", "polite");
  made.addEventListener("click", () => copy(block, made));
  return made;
}

async function copy(block, pressed) {
  try {
    await navigator.clipboard.writeText(block.textContent.replace(/\n$/, ""));
    pressed.textContent = "Copied";
  } catch {
    pressed.textContent = "Not allowed";
  }
  setTimeout(() => (pressed.textContent = COPY), SAID_FOR);
}

// Browsers lend the clipboard to pages from https and from this machine alone.
if (navigator.clipboard) document.querySelectorAll("pre.highlight").forEach(frame);
