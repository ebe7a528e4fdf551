"""Who stood at the door in the last days: somebody who came in, somebody who asks to, and a question before a referral."""

from __future__ import annotations

import datetime as dt

from accounts.db import acting_as
from accounts.models import DirectoryEntry, Membership
from accounts.roles import Role
from accounts.services import ask_for_account, join_as_new
from demo.diary import move_to
from demo.scene import Scene, act
from lcspr import clock
from referrals.models import ConsultationAnswer
from referrals.services.consulting import answer_consultation, ask_representative

# Whose names the world may see: they were asked.
PUBLIC = {"Hester Rowan", "Clement Ravel", "Henrik Strand", "Cora Leyland"}


def fill_directory(scene: Scene) -> None:
    """Everybody who represents an agency, most of them for the partnership's own people only."""
    held = Membership.objects.filter(partnership=scene.partnership, role=Role.REP).select_related(
        "user", "agency"
    )
    for number, each in enumerate(held.order_by("user__name")):
        assert each.agency is not None
        DirectoryEntry.objects.create(
            partnership=scene.partnership,
            agency=each.agency,
            name=each.user.name,
            job_title=each.user.job_title,
            phone=f"01632 960 {310 + number}",
            email=each.user.email,
            is_public=each.user.name in PUBLIC,
        )


def at_the_door(scene: Scene, present: dt.datetime) -> None:
    """A midwife came in at a domain that many share, a nursery asks, and a head teacher asked her representative."""
    hospital, school = scene.agency("hospital"), scene.agency("meadowbank")
    move_to(present - dt.timedelta(days=1, hours=3))
    with acting_as(None):
        join_as_new(
            partnership=scene.partnership,
            agency=hospital,
            email="minnie.ware@mere-nhs.example",
            name="Minnie Ware",
            job_title="Midwife",
            phone="01632 960 401",
            password="seven quiet herons",  # noqa: S106  (an invented person's)
            on=clock.today(),
        )
        ask_for_account(
            partnership=scene.partnership,
            email="poppy.lark@acorns-nursery.example",
            name="Poppy Lark",
            job_title="Manager",
            phone="01632 960 402",
            organisation="Little Acorns Nursery",
        )
    note = "A child of about four, two broken bones within a month, and three agencies each told a part. Is this for you?"
    asked = act(ask_representative, scene.partnership, by=scene["referrer"], agency=school, note=note)
    move_to(present - dt.timedelta(hours=20))
    act(
        answer_consultation,
        asked,
        by=scene["school_representative"],
        answer=ConsultationAnswer.YES,
        words="Yes. Refer it today, and ring me if the form asks what you do not know.",
    )
    move_to(present - dt.timedelta(hours=2))
    other = "A pupil of about fifteen took an overdose; the family was known. I am not sure it is abuse or neglect."
    act(ask_representative, scene.partnership, by=scene["school_lead"], agency=school, note=other)
