"""A person who uses the keyboard alone: Tab, Space, Enter, the arrows and letters, and never the mouse."""

from __future__ import annotations

import datetime as dt
import re

from journeys.walking import Answers, Walk
from playwright.sync_api import Locator

from lcspr import clock

# More stops than any page of ours has; a control not reached by then cannot be reached.
MOST_STOPS = 150


class KeyboardWalk(Walk):
    """Goes through pages as `Walk` does, from one stop of the Tab key to the next."""

    def type(self, answers: Answers) -> KeyboardWalk:
        for label, value in answers.items():
            self._answer(label, value)
        return self

    def _click(self, control: Locator) -> None:
        self.tab_to(control)
        with self.page.expect_navigation() as landing:
            self.page.keyboard.press("Enter")
        self._look(landing.value)

    def tab_to(self, control: Locator) -> None:
        """Press Tab until this control, or one of its radios, has the focus, and can be seen to have it."""
        for _ in range(MOST_STOPS):
            if control.evaluate("it => it === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.who} cannot reach {control} with the Tab key. {self.offers()}")

    def _answer(self, label: str, value: object) -> None:
        words = re.compile(rf"^\s*{re.escape(label)}( \(optional\))?\s*$")
        main = self.page.locator("main")
        group = main.get_by_role("group", name=words)
        if isinstance(value, dt.date):
            self._answer_date(group, value)
        elif isinstance(value, list):
            for choice in value:
                self._press_space(group.get_by_label(choice, exact=True))
        elif isinstance(value, bool):
            self._press_space(main.get_by_label(words))
        elif group.count():
            self._choose(group.first, group.first.get_by_label(str(value), exact=True).first)
        else:
            self._write(main.get_by_label(words), str(value))

    def _press_space(self, box: Locator) -> None:
        self.tab_to(box)
        self.page.keyboard.press("Space")

    def _choose(self, group: Locator, radio: Locator) -> None:
        """Tab into the group of radios, then the arrows: browsers make one stop of it."""
        for _ in range(MOST_STOPS):
            if group.evaluate("it => it.contains(document.activeElement)"):
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _ in range(MOST_STOPS):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.who} cannot choose {radio} with the keyboard.")

    def _write(self, control: Locator, value: str) -> None:
        self.tab_to(control)
        if control.evaluate("it => it.tagName") != "SELECT":
            self.page.keyboard.press("Control+A")
        self.page.keyboard.type(value)

    def _answer_date(self, group: Locator, value: dt.date) -> None:
        parts = {"Day": value.day, "Month": value.month, "Year": value.year}
        if isinstance(value, dt.datetime):
            local = value.astimezone(clock.LONDON)
            parts = {"Day": local.day, "Month": local.month, "Year": local.year, "Time": f"{local:%H:%M}"}
        for name, text in parts.items():
            self._write(group.get_by_label(name, exact=True), str(text))
