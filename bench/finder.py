"""The finder among 10,000 past subjects, and a draft of forty answers saving itself, each against the bare page."""

from __future__ import annotations

import datetime as dt
import re
import statistics
import time
from collections.abc import Callable
from typing import Any, Final

from django.urls import reverse

from accounts.db import acting_as
from accounts.models import Agency, Partnership, User
from accounts.roles import Role
from bench.multiply import as_owner
from bench.pages import business_manager, signed_in
from bench.strangers import ORIGIN, seed
from casework.drafts import save_draft
from casework.models import Case
from casework.rules.likeness import Who
from referrals import duplicates, services
from referrals.models import Referral
from referrals.questions import CURRENT
from referrals.questions.asking import Kind

SUBJECTS: Final = 10_000
FIELDS: Final = 40
# The goals of the project, in bare pages.
SEARCH, AUTOSAVE = 3.0, 2.0
TABLES: Final = ("casework_case", "casework_person", "casework_subject")

ASKED: Final = {"name": "Mohammed Khan", "born_on-day": "17", "born_on-month": "5", "born_on-year": "2016"}
FAMILY: Final = duplicates.Asked(
    (
        Who("Mohammed", "Khan", "", dt.date(2016, 5, 17)),
        Who("Aisha", "Khan", "", dt.date(2019, 11, 2)),
        Who("Sana", "Khan", "", dt.date(1991, 4, 9), part="mother"),
        Who("Imran", "Khan", "", None, part="father"),
    ),
    (ORIGIN - dt.timedelta(days=900), None),
)


def run(rounds: int) -> bool:
    """Print the table; whether every goal is met."""
    manager = business_manager()
    partnership = manager.memberships.get(role=Role.BUM, until=None).partnership
    print(f"Making {SUBJECTS:,} past subjects …", flush=True)
    _seed(partnership)
    client = signed_in(manager)
    draft = _draft(manager, partnership)
    autosave = _Autosave(client, draft)
    measured: dict[str, tuple[Callable[[], Any], float | None]] = {
        "bare page": (lambda: _ok(client.get(reverse("bare"))), None),
        "the search itself, one child": (lambda: _find(manager, partnership, _alone()), SEARCH),
        "the search itself, a family of four": (lambda: _find(manager, partnership, FAMILY), SEARCH),
        "find a child, the whole page": (
            lambda: _ok(client.post(reverse("referrals:find_child"), {**ASKED, "reason": "To measure"})),
            SEARCH,
        ),
        f"autosave, {FIELDS} answers": (autosave, AUTOSAVE),
    }
    taken = _times(measured, rounds)
    bare = taken["bare page"]
    print(f"\n{Case.objects.filter(partnership=partnership).count():,} cases. Bare page: {bare:.1f} ms.\n")
    print(f"{'what':<40}{'ms':>9}{'× bare':>9}   goal")
    all_met = True
    for name, (_, goal) in measured.items():
        if goal is None:
            continue
        met = taken[name] <= goal * bare
        all_met = all_met and met
        print(
            f"{name:<40}{taken[name]:>9.1f}{taken[name] / bare:>9.2f}   at most {goal:g}: {'met' if met else 'MISSED'}"
        )
    return all_met


def _times(measured: dict[str, tuple[Callable[[], Any], float | None]], rounds: int) -> dict[str, float]:
    """The median time of each in milliseconds, warm; they take turns."""
    for act, _ in measured.values():
        act()
        act()
    taken: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, (act, _) in measured.items():
            begun = time.perf_counter()
            act()
            taken[name].append((time.perf_counter() - begun) * 1000)
    return {name: statistics.median(values) for name, values in taken.items()}


def _alone() -> duplicates.Asked:
    return duplicates.Asked(FAMILY.people[:1], FAMILY.incident)


def _find(user: User, partnership: Partnership, asked: duplicates.Asked) -> None:
    with acting_as(user):
        assert duplicates.find(asked, user=user, partnership=partnership), "Nobody was found."


def _ok(response: Any) -> None:
    assert response.status_code == 200, f"The page answered {response.status_code}."


def _seed(partnership: Partnership) -> None:
    with as_owner() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        seed(partnership, SUBJECTS)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ANALYZE {table}")


def _draft(manager: User, partnership: Partnership) -> Referral:
    """A referral begun for somebody, with forty answers in words."""
    agency = Agency.objects.filter(pk__in=partnership.members.current().values("agency")).order_by("pk")[0]
    texts = {Kind.TEXT, Kind.LONG_TEXT}
    with acting_as(manager):
        referral = services.begin_referral(
            partnership, by=manager, agency=agency, channel="telephone", referrer_name="Sandy Example"
        )
        ids = [question.id for _, _, question in CURRENT.questions() if question.kind in texts]
        answers = dict.fromkeys(ids[:FIELDS], "Words of an answer. " * 20)
        answers |= {f"{name}_again": "Words. " * 20 for name in ids[: max(0, FIELDS - len(answers))]}
        assert referral.draft is not None
        save_draft(referral.draft, answers=answers, version=referral.draft.version, by=manager)
    return referral


def _hidden(shown: str, name: str) -> str:
    """The value of a hidden answer of a page."""
    tag = next(each for each in re.findall(r"<input[^>]*>", shown) if f'name="{name}"' in each)
    found = re.search(r'value="([^"]*)"', tag)
    return found[1] if found else ""


class _Autosave:
    """Posts the page as its script does every few seconds, with the marks of the last answer."""

    def __init__(self, client: Any, referral: Referral) -> None:
        self.client, self.address = client, reverse("referrals:page", args=[referral.pk, "account"])
        shown = client.get(self.address).content.decode()
        self.marks = {name: _hidden(shown, name) for name in ("version", "was")}
        self.times = 0

    def __call__(self) -> None:
        self.times += 1
        words = f"What happened, as far as it is known. {self.times}"
        response = self.client.post(self.address, {**self.marks, "account": words * 20, "autosave": "1"})
        _ok(response)
        said = response.json()
        self.marks = {"version": said["version"], "was": said["was"]}
