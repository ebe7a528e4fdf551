// Says so when a passkey could not be used; by itself the browser leaves the person looking at an unchanged page.
document.addEventListener("allauth.error", () => {
  const problem = document.getElementById("passkey-problem");
  if (problem) {
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  }
});
