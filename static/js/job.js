// Asks every two seconds how far a piece of long work has come, and puts the answer in place. Without it the page has a link.

const EVERY = 2000;
const LONGEST = 10 * 60 * 1000;
const begun = Date.now();

async function look() {
  const shown = document.getElementById("job");
  if (!shown || !("unfinished" in shown.dataset) || Date.now() - begun > LONGEST) {
    return;
  }
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("job");
    if (!answer.ok || !fresh) {
      window.location.reload();
      return;
    }
    const [bar, freshBar] = [shown, fresh].map((part) => part.querySelector("progress"));
    if (bar && freshBar && "unfinished" in fresh.dataset) {
      // Only what changed: a screen reader would otherwise hear the whole again.
      bar.value = freshBar.value;
      const [words, freshWords] = [shown, fresh].map((part) => part.querySelector("strong"));
      if (words.textContent !== freshWords.textContent) {
        words.textContent = freshWords.textContent;
      }
    } else {
      shown.replaceChildren(...fresh.childNodes);
      delete shown.dataset.unfinished;
    }
  } catch {
    // The network was away for a moment: ask again.
  }
  window.setTimeout(look, EVERY);
}

window.setTimeout(look, EVERY);
