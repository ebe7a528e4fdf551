// Keeps what is typed on a page of a long form, every few seconds while it changes. Without it the page saves itself
// when it is sent; with it, nothing typed waits for that.

const QUIET = 3000; // Milliseconds without a key before it is sent.
const LONGEST = 10000; // While somebody types without a pause, no word is older than this.

const form = document.querySelector("[data-autosave] form");
const saved = document.querySelector("[data-saved]");
const editing = document.querySelector("[data-editing]");

let waiting = null;
let since = null;
let busy = false;
let stopped = false;
let last = form ? typed().toString() : "";

function typed() {
  const data = new FormData(form);
  for (const name of ["csrfmiddlewaretoken", "version", "was"]) {
    data.delete(name);
  }
  return new URLSearchParams(data);
}

function say(words) {
  if (saved) {
    saved.textContent = words;
  }
}

function changed() {
  if (stopped || typed().toString() === last) {
    return;
  }
  since ??= Date.now();
  clearTimeout(waiting);
  waiting = setTimeout(save, Math.max(0, Math.min(QUIET, since + LONGEST - Date.now())));
}

async function save() {
  if (busy || stopped) {
    return;
  }
  busy = true;
  since = null;
  const now = typed().toString();
  const body = new URLSearchParams(new FormData(form));
  body.set("autosave", "1");
  try {
    const answer = await fetch(window.location.href, { method: "POST", body, redirect: "manual" });
    if (answer.status === 409) {
      stopped = true;
      say((await answer.json()).moved);
    } else if (answer.ok) {
      const found = await answer.json();
      form.elements.version.value = found.version;
      form.elements.was.value = found.was;
      last = now;
      say(found.saved);
      if (editing) {
        editing.textContent = found.editors;
      }
    } else {
      // The session ended: sending the page keeps what is typed, and asks to sign in.
      stopped = true;
      say("You have been signed out. Save the page: what you have typed is kept while you sign in again.");
    }
  } catch {
    say("Not saved: there is no connection. We try again when you type.");
  } finally {
    busy = false;
    changed();
  }
}

if (form) {
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // The page is on its way: a save behind it would find its marks out of date.
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(waiting);
  });
}
