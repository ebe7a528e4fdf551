// Puts a button beside each value of the notification pack that copies it. Without it the value is simply selected.

const status = document.getElementById("copied");

for (const value of document.querySelectorAll("[data-copy]")) {
  const place = value.closest(".govuk-summary-list__row")?.querySelector(".app-pack__copy");
  if (!place || !navigator.clipboard) {
    continue;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary app-pack__button";
  button.textContent = "Copy";
  const what = document.createElement("span");
  what.className = "govuk-visually-hidden";
  what.textContent = ` ${value.dataset.copy}`;
  button.append(what);
  button.addEventListener("click", async () => {
    try {
      // As it reads on the page: its line breaks are kept.
      await navigator.clipboard.writeText(value.innerText.trim());
      status.textContent = `Copied: ${value.dataset.copy}`;
      button.classList.add("app-pack__button--copied");
      button.firstChild.textContent = "Copied";
    } catch {
      status.textContent = `${value.dataset.copy} could not be copied: select it instead`;
      window.getSelection().selectAllChildren(value);
    }
  });
  place.append(button);
}
