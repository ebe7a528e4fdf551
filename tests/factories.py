"""Plain rows for tests. Factories hold no surprises: what matters to a test stands in the test."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from accounts.agency_kinds import AgencyKind
from accounts.db import forget_memberships
from accounts.models import Agency, Membership, Partnership, PartnershipAgency, User
from accounts.presets import BUCKINGHAMSHIRE
from accounts.roles import Role
from casework.models import Case, Opening, Part, Subject
from casework.people import record_subject
from lcspr import clock

LONG_AGO = dt.date(2015, 1, 1)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency

    name = factory.Sequence(lambda n: f"Agency {n}")
    short_name = factory.Sequence(lambda n: f"A{n}")
    kind = AgencyKind.SCHOOL


class PartnershipFactory(DjangoModelFactory):
    class Meta:
        model = Partnership

    name = factory.Sequence(lambda n: f"Partnership {n}")
    short_name = factory.Sequence(lambda n: f"P{n}")
    code = factory.Sequence(lambda n: f"P{n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return super()._create(model_class, *args, **{**kwargs.pop("preset", BUCKINGHAMSHIRE), **kwargs})


class PartnershipAgencyFactory(DjangoModelFactory):
    class Meta:
        model = PartnershipAgency

    starts_on = LONG_AGO


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    partnership = factory.SubFactory(PartnershipFactory)
    role = Role.REP
    starts_on = LONG_AGO

    @classmethod
    def _create(cls, model, *args, **fields):
        made = super()._create(model, *args, **fields)
        forget_memberships()
        return made


class CaseFactory(DjangoModelFactory):
    class Meta:
        model = Case

    partnership = factory.SubFactory(PartnershipFactory)
    reference = factory.Sequence(lambda n: f"REF-2026-{n:03d}")
    closed_at = factory.LazyAttribute(
        lambda case: clock.now() if str(getattr(case, "stage", "")).startswith("closed_") else None
    )


def subject_of(case: Case, label: str = "Child A", **identity) -> Subject:
    """A child of the case with an identity."""
    return record_subject(
        case,
        identity={"forenames": "Robin", "surname": "Example", "born_on": dt.date(2020, 5, 17), **identity},
        part=Part.CHILD,
        label=label,
    )


def has_opened(case: Case, *users: User) -> None:
    """Each has answered, on first opening, that they know nobody in the case."""
    answers = [Opening(case=case, user=user, knows_someone=False) for user in users]
    Opening.objects.bulk_create(answers, ignore_conflicts=True)
