"""A person at a browser: goes to a page, reads it, follows links, fills in forms by their labels."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse
from playwright.sync_api import Locator, Page, Response

from accounts.models import User
from casework.models import Case
from lcspr import clock

File = dict[str, Any]
Answers = Mapping[str, object]


def pdf(name: str) -> File:
    """A small real PDF file to upload, of a content of its own."""
    content = f"%PDF-1.7\n% {name}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    return {"name": name, "mimeType": "application/pdf", "buffer": content.encode()}


class Walk:
    """One browser window, in which one person after another is signed in.

    Every page that is opened must answer below 400 and have one first heading. What was seen is in `seen`: the
    names of the addresses. (Axe looks at every page in tests/access/test_accessible.py.)
    """

    def __init__(self, page: Page, address: str, sign_in: Callable[[User], Client]) -> None:
        self.page, self.address, self.sign_in = page, address, sign_in
        self.seen: set[str] = set()
        self.who = ""
        self._sessions: dict[User, str] = {}
        page.set_default_timeout(30_000)

    # Who is there

    def sign_in_as(self, user: User | None) -> Walk:
        """Put the session of a person who has passed both steps of signing in into the window; None: nobody's."""
        name, at = settings.SESSION_COOKIE_NAME, urlsplit(self.address)
        self.page.context.clear_cookies(name=name)
        self.who = str(user or "nobody")
        if user is not None:
            if user not in self._sessions:
                self._sessions[user] = self.sign_in(user).cookies[name].value
            cookie = {"name": name, "value": self._sessions[user], "domain": at.hostname, "path": "/"}
            self.page.context.add_cookies([cookie])
        return self

    # Moving

    def go(self, name: str, *args: object) -> Walk:
        """Open the page of that name, saying first that one knows nobody in the case, if that is asked."""
        self._look(self.page.goto(f"{self.address}{reverse(name, args=args)}"))
        if self.at == "casework:opening":
            self.answer({"Do you know anyone in this case?": "No"})
        return self

    def status(self, name: str, *args: object) -> int:
        """What the page of that name answers, where it may be refused."""
        response = self.page.goto(f"{self.address}{reverse(name, args=args)}")
        assert response is not None
        return response.status

    def open(self, user: User, case: Case) -> Walk:
        """Sign in as somebody and open their page of the case."""
        return self.sign_in_as(user).go("desk:case", case.pk)

    def home(self, user: User) -> Walk:
        """Sign in as somebody and open “What needs you”."""
        return self.sign_in_as(user).go("desk:home")

    def follow(self, text: str, *, within: str = "main", number: int = 0) -> Walk:
        """Click a link or a button of the page by its words, and read the page it leads to."""
        area = self.page.locator(within)
        # Links say for screen readers what they are about: “… in Family T”, “…: Hold on publication”.
        words = re.compile(rf"^\s*{re.escape(text)}(\s+in .+|\s*: .+)?\s*$")
        found = area.get_by_role("link", name=words).or_(area.get_by_role("button", name=words))
        if found.count() <= number:
            raise AssertionError(f"No “{text}” for {self.who}. {self.offers()}")
        self._click(found.nth(number))
        if self.at == "casework:opening":
            self.answer({"Do you know anyone in this case?": "No"})
        return self

    # Answering

    def answer(self, answers: Answers, button: str = "") -> Walk:
        """Fill in the form of the page and send it; it must be taken."""
        self.type(answers).press(button)
        refused = self.page.locator(".govuk-error-summary")
        if refused.count():
            raise AssertionError(f"{self.who} was refused:\n{refused.inner_text()}\n{self.offers()}")
        return self

    def refused(self, answers: Answers, button: str = "") -> list[str]:
        """Fill in the form of the page and send it; it must be refused. Gives the sentences.

        Each link of the error summary must put the cursor into its field.
        """
        self.type(answers).press(button)
        links = self.page.locator(".govuk-error-summary a")
        said = self.page.locator(".govuk-error-summary__list li").all_inner_texts()
        assert said, f"Nothing was refused to {self.who}. {self.offers()}"
        assert self.page.title().startswith("Error: ")
        for link in links.all():
            target = str(link.get_attribute("href")).removeprefix("#")
            link.click()
            here = self.page.evaluate("document.activeElement.id")
            assert here == target, f"The link to {target} leads to {here or 'nothing'}"
        return said

    def type(self, answers: Answers) -> Walk:
        """Fill in the form of the page, without sending it."""
        for label, value in answers.items():
            try:
                fill(self.page, label, value)
            except Exception as error:
                raise AssertionError(f"{self.who} cannot answer “{label}”. {self.offers()}") from error
        return self

    def press(self, button: str = "") -> Walk:
        """Send the form of the page: by its own button, or the one named."""
        form = self.page.locator("main form").filter(has=self.page.locator("button"))
        found = (
            self.page.locator("main").get_by_role("button", name=button, exact=True)
            if button
            else form.first.locator("button:not([name]):not([type=button])")
        )
        if not found.count():
            raise AssertionError(f"No button “{button}” for {self.who}. {self.offers()}")
        self._click(found.first)
        return self

    def act(
        self, user: User, case: Case, link: str, answers: Answers | None = None, button: str = ""
    ) -> Walk:
        """From the case's page, follow the link of an act and do it."""
        return self.open(user, case).follow(link).answer(answers or {}, button)

    # Reading

    @property
    def at(self) -> str:
        """The name of the page's address."""
        return resolve(urlsplit(self.page.url).path).view_name

    def says(self, *texts: str) -> Walk:
        """The page must say these words, whatever the spaces and lines between them."""
        shown = self.text()
        for text in texts:
            assert text in shown, f"“{text}” is not what {self.who} reads at {self.page.url}:\n{shown}"
        return self

    def does_not_say(self, *texts: str) -> Walk:
        """The page must not say these words."""
        shown = self.page.content()
        for text in texts:
            assert text not in shown, f"“{text}” is what {self.who} reads at {self.page.url}"
        return self

    def text(self) -> str:
        """The words of the page, in one line."""
        return " ".join(self.page.locator("body").inner_text().split())

    def offers(self) -> str:
        """What can be answered and followed on this page: for whoever mends a walk."""
        main = self.page.locator("main")
        named = [" ".join(text.split()) for text in main.locator("legend, label").all_inner_texts()]
        links = [" ".join(text.split()) for text in main.locator("a, button").all_inner_texts()]
        heading = main.locator("h1").all_inner_texts()
        return f"{self.page.url} {heading}\n  questions: {named}\n  links and buttons: {links}"

    def _click(self, control: Locator) -> None:

        with self.page.expect_navigation() as landing:
            control.click()
        self._look(landing.value)

    def _look(self, response: Response | None) -> None:
        assert response is not None
        assert response.status < 400, f"{response.status} for {self.who} at {self.page.url}: {self.text()}"
        assert self.page.locator("h1").count() == 1, f"{self.page.url} has not one first heading"
        self.seen.add(self.at)

    @property
    def scripted(self) -> bool:
        """Whether this window runs scripts."""
        return "js-enabled" in (self.page.locator("body").get_attribute("class") or "")


def fill(page: Page, label: str, value: object) -> None:
    """Answer the question with this label: a text, the words of a choice, a list of them, a date, an instant, a file."""
    words = re.compile(rf"^\s*{re.escape(label)}( \(optional\))?\s*$")
    main = page.locator("main")
    group = main.get_by_role("group", name=words)
    if isinstance(value, dt.date):
        _fill_date(group, value)
    elif isinstance(value, list):
        for choice in value:
            group.get_by_label(choice, exact=True).check()
    elif isinstance(value, bool):
        main.get_by_label(words).set_checked(value)
    elif isinstance(value, dict):
        main.get_by_label(words).set_input_files(value)
    elif group.count():
        group.first.get_by_label(str(value), exact=True).first.check()
    else:
        _fill_one(main.get_by_label(words), str(value))


def _fill_one(control: Locator, value: str) -> None:
    if control.evaluate("it => it.tagName") == "SELECT":
        control.select_option(label=value)
    else:
        control.fill(value)


def _fill_date(group: Locator, value: dt.date) -> None:
    if isinstance(value, dt.datetime):
        value = value.astimezone(clock.LONDON)
        group.get_by_label("Time", exact=True).fill(f"{value:%H:%M}")
    for part in ("day", "month", "year"):
        group.get_by_label(part.capitalize(), exact=True).fill(str(getattr(value, part)))
