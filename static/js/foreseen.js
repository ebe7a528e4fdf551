// While somebody types a date that starts a clock, the page says what it will make due (deadlines/foreseen.py).
// Without this script a button beside it asks the same of the server.

const PAUSE = 400;

for (const part of document.querySelectorAll("[data-foreseen]")) {
  const form = part.closest("form");
  const names = part.dataset.foreseenFields.split(" ");
  let waiting, asked;

  form.querySelector("[data-foreseen-ask]")?.remove();

  function isWatched(name) {
    return names.some((field) => name === field || name.startsWith(`${field}-`));
  }

  async function ask() {
    const typed = new FormData();
    for (const key of ["form", "case", "partnership", "deadline"]) {
      const value = part.dataset[`foreseen${key[0].toUpperCase()}${key.slice(1)}`];
      if (value) typed.set(key, value);
    }
    for (const [name, value] of new FormData(form)) {
      if (name === "csrfmiddlewaretoken" || isWatched(name)) typed.append(name, value);
    }
    asked?.abort();
    asked = new AbortController();
    try {
      const response = await fetch(part.dataset.foreseen, {
        method: "POST",
        body: typed,
        credentials: "same-origin",
        signal: asked.signal,
      });
      // Signed out, or nothing to say: the form itself will tell when it is sent.
      const text = response.ok && !response.redirected ? await response.text() : "";
      if (text.trim() !== part.innerHTML.trim()) part.innerHTML = text;
    } catch (error) {
      if (error.name !== "AbortError") part.textContent = "";
    }
  }

  form.addEventListener("input", (event) => {
    if (!isWatched(event.target.name ?? "")) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
}
