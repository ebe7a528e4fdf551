import "./foreseen.js";
import { initAll } from "./govuk-frontend.min.js";

initAll();

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
