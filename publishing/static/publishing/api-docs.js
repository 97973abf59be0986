// Shows the OpenAPI document that the page names, dark where the system is.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
SwaggerUIBundle({
  domNode: document.getElementById("document"),
  url: document.getElementById("document").dataset.document,
  deepLinking: true,
  // The viewer's own label names nothing.
  onComplete: () => document.getElementById("servers")?.setAttribute("aria-label", "Server"),
});
