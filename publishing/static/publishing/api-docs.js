// Shows the OpenAPI document that the page names.
SwaggerUIBundle({
  domNode: document.getElementById("document"),
  url: document.getElementById("document").dataset.document,
  deepLinking: true,
});
