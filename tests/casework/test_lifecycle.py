"""docs/lifecycle.md says what the machines are, and leaves no T-number out."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from casework.checks import machines, transitions_of
from casework.lifecycle import ELSEWHERE, T_NUMBERS, WAITING, built_refs, lifecycle


def test_the_page_is_fresh():
    written = (settings.BASE_DIR / "docs" / "lifecycle.md").read_text()

    assert written == lifecycle(), "Run `manage.py write_lifecycle`."


def test_every_t_number_is_built_elsewhere_or_waits():
    assert set(T_NUMBERS) - built_refs() - set(ELSEWHERE) - set(WAITING) == set()
    assert built_refs() - set(T_NUMBERS) == {
        "T07 in error",
        "T10 in error",
        "T17 in error",
        "T38 in error",
    }


# Moves that another act makes: no page of their own, by design.
MADE_BY_ANOTHER_ACT = {
    "AgencyRequest.start_return": "saving the return",
    "Decision.abandon": "the stage that asked",
    "Decision.conclude": "the view that settles it",
    "Decision.decide_alone": "referrals:notify_alone",
    "Decision.escalate": "the stage’s own page",
    "Decision.open_again": "a contested view put right",
    "Decision.recommend": "the stage’s own page",
    "Decision.send_back": "asking for rework",
    "Declaration.replace": "a new declaration",
    "PartnerView.replace": "a new view",
    "RapidReview.conclude": "rapid_review:monitor and close, panels",
    "RapidReview.conclude_reconsidered": "panels",
    "RapidReview.record_disagreement": "rapid_review:letter",
    "RapidReview.record_query": "rapid_review:letter",
    "ReportVersion.approve": "signing off",
    "ReportVersion.supersede": "a newer version",
}


def test_no_act_is_without_its_page():
    without = set()
    for model in machines():
        for name in {transition.name for transition in transitions_of(model)}:
            try:
                reverse(f"{model._meta.app_label}:{name}", args=[uuid.uuid4()])
            except NoReverseMatch:
                without.add(f"{model.__name__}.{name}")

    assert {name for name in without if not name.startswith("Case.")} == set(MADE_BY_ANOTHER_ACT)


def test_no_act_is_without_a_service_that_performs_it():
    services = "".join(
        file.read_text()
        for app in apps.get_app_configs()
        for file in Path(app.path).rglob("*.py")
        if Path(app.path).parent == settings.BASE_DIR and "services" in str(file.relative_to(app.path))
    )
    unperformed = {
        f"{model.__name__}.{transition.name}"
        for model in machines()
        for transition in transitions_of(model)
        if f'"{transition.name}"' not in services
    }

    assert unperformed == set()
