"""Opening a partnership from a preset."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from factories import UserFactory

from accounts.models import Membership, Partnership
from accounts.presets import BEDFORD_BOROUGH, BUCKINGHAMSHIRE
from accounts.roles import Role
from accounts.services import Refused, open_partnership
from accounts.settings_choices import DecisionModel

pytestmark = pytest.mark.django_db

NAMES = {"name": "Eastmere Safeguarding Children Partnership", "short_name": "ESCP", "code": "ESCP"}


def test_a_partnership_starts_with_its_presets_choices():
    opened = open_partnership(**NAMES, preset="bedford-borough")

    opened.refresh_from_db()
    assert {field: getattr(opened, field) for field in BEDFORD_BOROUGH} == BEDFORD_BOROUGH
    assert opened.word("case_group") == "Case Review Group"


def test_what_is_its_own_goes_over_the_preset_word_by_word():
    opened = open_partnership(
        **NAMES,
        preset="buckinghamshire",
        decision_model=DecisionModel.THREE_DSP,
        words={"case_group": "Learning Group"},
    )

    assert opened.decision_model == DecisionModel.THREE_DSP
    assert opened.words == {**BUCKINGHAMSHIRE["words"], "case_group": "Learning Group"}


def test_the_preset_itself_stays_as_it_was():
    open_partnership(**NAMES, preset="buckinghamshire", words={"case_group": "Learning Group"})

    assert BUCKINGHAMSHIRE["words"]["case_group"] == "LCSPR Sub Group"


def test_an_unknown_preset_is_refused_by_name():
    with pytest.raises(Refused) as refused:
        open_partnership(**NAMES, preset="elsewhere")

    assert refused.value.reasons == [
        "There is no preset “elsewhere”: choose bedford-borough or buckinghamshire."
    ]


def test_only_an_administrator_opens_a_partnership(outsider):
    with pytest.raises(PermissionDenied):
        open_partnership(**NAMES, preset="buckinghamshire", by=outsider)

    assert open_partnership(**NAMES, preset="buckinghamshire", by=UserFactory(is_staff=True)).code == "ESCP"


def test_the_command_opens_a_partnership_with_its_first_business_manager():
    call_command(
        "open_partnership",
        *("--name", NAMES["name"], "--short-name", "ESCP", "--code", "ESCP", "--preset", "bedford-borough"),
        *("--manager-name", "Morgan Vale", "--manager-email", "Morgan.Vale@eastmere.example"),
        verbosity=0,
    )

    manager = Membership.objects.get(partnership=Partnership.objects.get(code="ESCP"))
    assert (manager.role, manager.user.email, manager.granted_by) == (
        Role.BUM,
        "morgan.vale@eastmere.example",
        None,
    )
    assert not manager.user.has_usable_password()
