"""The other area: its partnership told, let in by an Access row of its own, and let out again (AC-18, DL-02)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from accounts.models import Partnership, User
from accounts.roles import BUSINESS_UNIT, Role
from accounts.settings_choices import StatutoryPartner
from casework.models import Access, Case, Stage
from casework.permissions import holders, roles_in
from casework.services import admit, end_access
from casework.transitions import TransitionRefused
from correspondence import services as correspondence
from correspondence.models import How, Notice, NoticeSubject, Recipient
from lcspr import clock
from referrals.services import clocks

TELLS = BUSINESS_UNIT | {Role.LAN}


def other_partnership(case: Case) -> Partnership | None:
    """The partnership of the child's home area that uses this service, where that is another than the case's."""
    if not clocks.lives_elsewhere(case):
        return None
    named = Q(members__agency=case.home_la, members__statutory=StatutoryPartner.LA, members__until=None)
    return Partnership.objects.filter(named).exclude(pk=case.partnership_id).first()


def let_in(case: Case) -> Access | None:
    """The row that lets the other area's partnership in today."""
    rows = Access.objects.current().filter(case=case, role=Role.NEIGHBOUR, until=None)
    return rows.select_related("partnership").first()


@transaction.atomic
def let_other_area_in(case: Case, *, by: User, on: dt.date) -> Access | None:
    """Tell the partnership of the child's home area and let its business unit read the case, once.

    None where no other area is concerned, or its partnership does not use this service: it is told outside, and the
    notice recorded (`record_other_area_told`).
    """
    other = other_partnership(case)
    if other is None or let_in(case) is not None:
        return let_in(case)
    row = admit(
        case, role=Role.NEIGHBOUR, partnership=other, why="The child’s home is in their area", by=by, on=on
    )
    correspondence.record_notice(
        case,
        to=Recipient.OTHER_PARTNERSHIP,
        other_name=other.name,
        subject=NoticeSubject.OTHER_AREA,
        sent_at=clock.now(),
        how=How.EMAIL,
        by=by,
        words="Told by an e-mail of this service, and let in to the case.",
    )
    correspondence.queue(
        "notification_other_area",
        case=case,
        to=holders(case, {Role.NEIGHBOUR}),
        by=by,
        about=case,
        task="Read the case, and ask your own agencies",
    )
    clocks.partners_told(case, by=by)
    return row


@transaction.atomic
def tell_other_area(case: Case, *, by: User, on: dt.date) -> Access:
    """Tell the other area and let it in before the notification is sent, or again after it was let out."""
    _refuse(case, by)
    row = let_other_area_in(case, by=by, on=on)
    if row is None:
        raise TransitionRefused(
            ["Its partnership does not use this service. Tell it by other means, and record that here."]
        )
    return row


@transaction.atomic
def record_other_area_told(
    case: Case, *, by: User, name: str, told_at: dt.datetime, how: How, words: str = ""
) -> Notice:
    """Record that the other area's partnership was told by other means; with that DL-02 is met."""
    _refuse(case, by)
    notice = correspondence.record_notice(
        case,
        to=Recipient.OTHER_PARTNERSHIP,
        other_name=name,
        subject=NoticeSubject.OTHER_AREA,
        sent_at=told_at,
        how=how,
        by=by,
        words=words,
    )
    clocks.partners_told(case, by=by)
    return notice


@transaction.atomic
def let_other_area_out(case: Case, *, by: User, reason: str, on: dt.date) -> None:
    """End the other area's access, and that of the agencies let in through it: the case does not concern it after all."""
    _refuse(case, by)
    rows = Access.objects.filter(case=case, until=None).filter(Q(role=Role.NEIGHBOUR) | ~Q(through=None))
    if not rows.exists():
        raise TransitionRefused(["No other area is let in."])
    # Told while they may still open the case: afterwards nobody may write to them about it.
    correspondence.queue("other_area_left", case=case, to=holders(case, {Role.NEIGHBOUR}), by=by, about=case)
    for access in rows:
        end_access(access, by=by, on=on, why=reason)


def _refuse(case: Case, by: User) -> None:
    if not roles_in(by, case) & TELLS:
        raise PermissionDenied
    if not clocks.lives_elsewhere(case):
        raise TransitionRefused(["The child’s home is in this area: no other area is concerned."])
    if case.stage == Stage.SUBMITTED:
        raise TransitionRefused(["Accept the referral first: the areas are not confirmed yet."])
    if case.is_closed:
        raise TransitionRefused(["The case is closed."])
