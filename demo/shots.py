"""Pictures of the main pages, as each of the main people sees them: `python -m demo.shots --url U --out DIR`.

It walks by what a person sees, the names of links and of the cases, so that a page nobody can reach by a link is
found out. It goes on after a failure, and says at the end what failed.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Error, Page, sync_playwright

DESKTOP, PHONE = (1280, 900), (390, 844)
PATIENCE = 30_000


class PictureFailed(Exception):
    """A page that could not be reached, or is not what it should be; its text says which and how."""


@dataclass(frozen=True)
class Shot:
    """One picture: what it is called, and the way there.

    A step that begins with "/" is an address; "case:X" opens the case called X from the list of cases; any other is
    the beginning of the text of a link or button to press on the way.
    """

    name: str
    way: tuple[str, ...] = ("/",)


def case(name: str, pseudonym: str, *then: str) -> Shot:
    return Shot(name, ("/cases/", f"case:{pseudonym}", *then))


HOME = Shot("home")
PUBLIC = (
    Shot("starts", ("/start/",)),
    Shot("start", ("/start/nscp/",)),
    Shot("get-in", ("/start/nscp/get-in/",)),
    Shot("sign-in"),
    Shot("library", ("/library/",)),
    Shot("published", ("/library/", "Learning from")),
)

# Who is signed in as, and what is looked at.
WALKS: dict[str, tuple[Shot, ...]] = {
    "Bridget Unwin": (
        HOME,
        Shot("cases", ("/cases/",)),
        Shot("deadlines", ("/deadlines/",)),
        Shot("deadlines-month", ("/deadlines/month/",)),
        Shot("deadline", ("/deadlines/", "Serious incident notification")),
        Shot("rules", ("/deadlines/rules/",)),
        Shot("rule", ("/deadlines/rules/", "DL-10")),
        Shot("figure", ("/deadlines/rules/", "DL-07", "Change")),
        Shot("bank-holidays", ("/deadlines/holidays/",)),
        Shot("actions", ("/actions/",)),
        Shot("library", ("/library/",)),
        Shot("people", ("/accounts/people/",)),
        Shot("invite", ("/accounts/people/invite/",)),
        Shot("settings", ("/settings/",)),
        Shot("settings-names", ("/settings/", "Names and words")),
        Shot("settings-contacts", ("/settings/", "Contacts and telephone")),
        Shot("settings-deciding", ("/settings/", "Deciding and referring")),
        Shot("settings-directory", ("/settings/", "Directory")),
        Shot("settings-entry", ("/settings/", "Directory", "Change")),
        Shot("settings-agencies", ("/settings/", "Agencies and their domains")),
        Shot("settings-domains", ("/settings/", "Agencies and their domains", "Change")),
        Shot("request-for-account", ("/settings/", "People and invitations", "Invite Poppy")),
        Shot("bring-in", ("/bring-in/",)),
        case("case-new", "NSCP-"),
        case("case-to-notify", "Baby E"),
        case("case-rapid-review", "Young Person G"),
        case("rapid-review", "Young Person G", "Rapid review"),
        case("case-waiting-for-panel", "Child B"),
        case("case-in-review", "Baby R"),
        case("timeline", "Baby R", "Timeline"),
        case("case-people", "Baby R", "People"),
        case("access", "Baby R", "Access"),
        case("chronologies", "Baby R", "Chronologies"),
        case("chronology", "Baby R", "Chronologies", "Northmere Hospitals"),
        case("messages", "Baby R", "E-mails sent"),
        case("notices", "Child B", "Notices"),
        case("case-held", "Family W"),
        case("circumstances", "Family W", "Other proceedings and holds"),
        case("recommendations-and-actions", "Family W", "Recommendations and actions"),
        case("publication", "Family W", "Publication"),
        case("case-published", "Child K"),
        case("combined-chronology", "Child K", "Chronologies", "Combined chronology"),
        case("case-closed", "Child H"),
        case("declarations", "Baby R", "Declarations of interest"),
        case("case-before-the-chair", "Child F"),
    ),
    "Petra Solari": (
        HOME,
        case("before-you-open", "Child D"),
        case("decision", "Young Person G", "Give your view"),
    ),
    "Sunita Garrow": (
        HOME,
        case("case", "Baby R"),
        Shot("actions", ("/actions/",)),
        case("declarations", "Baby R", "Declarations of interest"),
        case("declare", "Baby R", "Declarations of interest", "Declare again"),
        case("closed-case", "Child F"),
        case("ask-to-reopen", "Child F", "Ask for the closed case"),
    ),
    "Iris Chalmondley": (HOME, case("case", "Young Person G"), case("decision", "Child B", "Decision")),
    "Nora Tindall": (
        HOME,
        case("case", "Baby E"),
        case("notification", "Baby E", "Notification"),
        case("pack", "Baby E", "Notification", "Open the notification pack"),
    ),
    "Ruth Farrow": (
        HOME,
        Shot("referrals", ("/referrals/",)),
        Shot("refer", ("/referrals/start/",)),
        Shot("ask-first", ("/referrals/ask-first/",)),
        Shot("answered-first", ("/", "Rufus Meadows has answered")),
    ),
    "Rufus Meadows": (HOME, Shot("answer-first", ("/", "Answer the question of", "Answer"))),
    "Delia Sloane": (HOME,),
    "Hester Rowan": (HOME, Shot("cases", ("/cases/",)), Shot("newcomer", ("/", "Minnie Ware has come in"))),
    "Alan Lowther": (HOME, Shot("actions", ("/actions/",)), Shot("action", ("/actions/", "Action"))),
    "Arthur Wray": (
        HOME,
        case("case", "Baby R"),
        case("review", "Baby R", "Review"),
        case("declarations", "Baby R", "Declarations of interest"),
    ),
    "Adam Minchin": (
        Shot("administration", ("/admin/",)),
        Shot("propose-a-rule", ("/deadlines/rules/", "DL-01", "Propose a new version")),
    ),
    "Barnaby Mott": (
        HOME,
        case("case-late", "Baby T"),
        case("case-gathering", "Child C"),
        case("rapid-review", "Child C", "Rapid review"),
        case("case-disputed", "Baby N"),
        case("dispute", "Baby N", "Dispute"),
        case("dispute-step", "Baby N", "Dispute", "Add a step"),
        case("dispute-back", "Baby N", "Dispute", "Bring it back"),
        case("dispute-decided", "Baby N", "Record the lead"),
        case("case-other-review", "Child M"),
        case("other-review", "Child M", "Other review"),
        case("case-brought-in", "Child P"),
        case("case-to-sign", "Young Person D"),
        case("review", "Young Person D", "Review"),
    ),
    "Lorna Askew": (HOME, case("case", "Baby N"), case("dispute", "Baby N", "Settle the partners")),
    "Philip Storr": (
        HOME,
        case("dispute", "Baby N", "Dispute"),
        case("confirm-a-view", "Baby T", "Decision"),
    ),
    "Cora Leyland": (HOME, case("request", "Child C", "Information")),
    "Rosa Pickard": (HOME, case("request", "Child C", "Information")),
    "Clara Dopson": (HOME,),
}


def main(arguments: Sequence[str]) -> int:
    """Take every picture; 1 when any failed."""
    parser = argparse.ArgumentParser("python -m demo.shots")
    parser.add_argument("--url", required=True, help="where the demonstration is served")
    parser.add_argument("--out", required=True, type=Path, help="the folder for the pictures")
    parser.add_argument("--only", default="", help="only people whose name begins so")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    taken, failed = 0, []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for person, shots in {"": PUBLIC, **WALKS}.items():
            if not person.startswith(asked.only):
                continue
            page = browser.new_context(
                viewport={"width": DESKTOP[0], "height": DESKTOP[1]},
                locale="en-GB",
                timezone_id="Europe/London",
            ).new_page()
            page.set_default_timeout(PATIENCE)
            for label, problem in _walk(page, asked.url, asked.out, person, shots):
                taken += 1
                if problem:
                    failed.append(f"{label}: {problem}")
            page.context.close()
        browser.close()
    print(f"{taken - len(failed)} pictures in {asked.out}")
    for line in failed:
        print(f"  not taken: {line}")
    return 1 if failed else 0


def _walk(page: Page, url: str, out: Path, person: str, shots: Sequence[Shot]) -> Iterator[tuple[str, str]]:
    """Take one person's pictures; each label with what went wrong, or nothing."""
    folder = _short(person) or "public"
    try:
        if person:
            _sign_in(page, url, person)
    except (Error, PictureFailed) as error:
        yield folder, _first_line(error)
        return
    for shot in shots:
        label = f"{folder}-{shot.name}"
        try:
            _go(page, url, shot.way)
            _picture(page, out / f"{label}.png", DESKTOP)
            if shot == HOME:
                _picture(page, out / f"{label}-phone.png", PHONE)
        except (Error, PictureFailed) as error:
            _picture_of_failure(page, out / f"{label}-failed.png")
            yield label, _first_line(error)
        else:
            yield label, ""


def _sign_in(page: Page, url: str, person: str) -> None:
    page.goto(urljoin(url, "/accounts/login/"))
    # Some stand in the list of each partnership they work for.
    page.get_by_role("button", name=person, exact=True).first.click()
    page.wait_for_load_state()
    if "/accounts/login" in page.url:
        raise PictureFailed(f"{person} could not sign in")


def _go(page: Page, url: str, way: Sequence[str]) -> None:
    for step in way:
        if step.startswith("/"):
            _arrived(page, page.goto(urljoin(url, step)), step)
            continue
        name = re.compile(f"^{re.escape(step.removeprefix('case:'))}", re.IGNORECASE)
        main = page.locator("main")
        found = main.get_by_role("link", name=name).or_(main.get_by_role("button", name=name))
        if not found.count():
            raise PictureFailed(f"no link or button “{step}” on {page.title()}")
        with page.expect_navigation() as going:
            found.first.click()
        _arrived(page, going.value, step)


def _arrived(page: Page, response: object, step: str) -> None:
    status = getattr(response, "status", 200)
    if status >= 400:
        raise PictureFailed(f"{status} after “{step}”, at {page.url}")


def _picture(page: Page, path: Path, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.screenshot(path=path, full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    if wide > 0:
        raise PictureFailed(f"{page.title()} is {wide} pixels wider than a screen of {size[0]}")


def _picture_of_failure(page: Page, path: Path) -> None:
    try:
        page.screenshot(path=path, full_page=True)
    except Error:
        pass  # There may be no page at all; the sentence is enough.


def _short(name: str) -> str:
    return name.lower().replace(" ", "-")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
