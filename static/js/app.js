import "./foreseen.js";
import { initAll } from "./govuk-frontend.min.js";

initAll();

// A form sent after the skip link was used comes back at “#main-content”, and the browser would move the cursor there,
// away from the error summary.
document.addEventListener("submit", () => {
  if (window.location.hash) {
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }
});

// GOV.UK Frontend marks a radio that reveals a question as expanded or not, which ARIA does not allow on radios.
// The script listens for the same events, later, and takes the mark away.
function unmarkRadios() {
  for (const radio of document.querySelectorAll('input[type="radio"][aria-expanded]')) {
    radio.removeAttribute("aria-expanded");
  }
}

unmarkRadios();
document.addEventListener("click", unmarkRadios);
window.addEventListener("pageshow", unmarkRadios);
