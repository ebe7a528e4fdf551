// Marks the page before it is drawn, so that parts that need scripts never flash in their plain form.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
