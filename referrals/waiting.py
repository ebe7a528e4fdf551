"""What waits here: referrals to check, questions to answer, the notification to send, acts to confirm."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.urls import reverse_lazy as reverse

from accounts.db import memberships_of
from accounts.models import User
from accounts.roles import BUSINESS_UNIT, Role
from casework import audit
from casework.compiled import compiled_once
from casework.models import Case, Stage, TakingBack
from casework.permissions import business_unit_partnerships, open_to
from casework.waiting import Places, Waiting, first_of, with_fields
from decisions.kinds import DecisionKind
from decisions.models import Decision, DecisionState
from referrals.models import (
    Consultation,
    DeathKind,
    DeathNotice,
    DeathNoticeState,
    NotificationState,
    Referral,
    ReferralState,
    SeriousIncidentNotification,
)
from referrals.models.referral import UNSETTLED
from referrals.permissions import writes_in
from referrals.services.deaths import BACK
from referrals.services.taking_back import ACCEPTANCE, SENDING

NOTIFIERS: Final = BUSINESS_UNIT | {Role.LAN}
# Drafts, and questions, that a person is shown at once.
_AT_ONCE: Final = 20
UNIT: Final = "Business unit"
NOTIFIER: Final = "Local authority notifier"

_UNSENT: Final = (NotificationState.REQUIRED, NotificationState.DRAFTED, NotificationState.REJECTED)
_DECIDED_CRITERIA: Final = {"kind": DecisionKind.CRITERIA, "state": DecisionState.DECIDED}
_TAKEN_BACK: Final = (ACCEPTANCE, SENDING, BACK)


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """What waits on `user`, and on others in what they see; with a case, all that waits in it and who must do it."""
    found = [each for look in _PLACES.to_look(user, case) for each in look(user, case)]
    return found if case is not None else [_followed(each) for each in found]


def _followed(waits: Waiting) -> Waiting:
    """What waits for somebody else leads to the case: its own page is theirs."""
    if waits.mine:
        return waits
    return replace(waits, href=reverse("desk:case", args=[waits.case.pk]), link="See the case")


@compiled_once
def unsent(user: User, case: None = None) -> Any:
    """Drafts of this person, or of the agency they lead, that belong to no case yet; the latest first."""
    rows = Referral.objects.unsent(user).select_related("agency")
    return rows.order_by("-begun_at")[:_AT_ONCE]


@compiled_once
def open_questions(user: User, case: None = None) -> Any:
    """Questions before a referral that wait for this person's answer, or were answered and wait for them to go on."""
    rows = Consultation.objects.visible_to(user)
    to_answer = rows.waiting().exclude(asked_by=user)
    answered = rows.to_go_on_from().filter(asked_by=user)
    related = ("agency", "asked_by", "answered_by")
    return (to_answer | answered).select_related(*related)[:_AT_ONCE]


@compiled_once
def _open_referrals(user: User, case: uuid.UUID | None) -> Any:
    rows = Referral.objects.visible_to(user).select_related("case", "agency").exclude(case=None)
    rows = rows.defer("answers")  # The whole form: nothing here reads it.
    rows = rows.filter(UNSETTLED)
    if case is None:
        # What is with somebody else to write waits on the business unit only where it wrote it itself.
        agencies = [m.agency_id for m in memberships_of(user) if m.agency_id]
        own = Q(referrer=user) | Q(agency__in=agencies)
        rows = rows.filter(Q(partnership__in=business_unit_partnerships(user)) | own)
    else:
        rows = rows.filter(case=case)
    return first_of(rows.order_by("received_at", "pk"), case)


def _referrals(user: User, case: Case | None) -> Iterator[Waiting]:
    units = business_unit_partnerships(user)
    for referral in _open_referrals(user, case):
        yield from _of_referral(referral, user, in_unit=referral.partnership_id in units)


def _of_referral(referral: Referral, user: User, *, in_unit: bool) -> Iterator[Waiting]:
    assert referral.case is not None
    page = reverse("referrals:referral", args=[referral.pk])
    tasks = reverse("referrals:tasks", args=[referral.pk])
    about = audit.label_of(referral.case)
    if referral.state == ReferralState.DRAFT:
        who = f"{referral.agency} or the business unit" if referral.agency else UNIT
        yield Waiting(
            "Finish the referral and send it",
            referral.case,
            tasks,
            who,
            mine=writes_in(referral, user),
            about=about,
            code="DL-03",
        )
    elif referral.state == ReferralState.RETURNED:
        who = str(referral.agency) if referral.agency else UNIT
        yield Waiting(
            "Answer what was asked, and send the referral again",
            referral.case,
            tasks,
            who,
            mine=writes_in(referral, user),
        )
    elif referral.state == ReferralState.SUBMITTED:
        yield Waiting(
            "Check the referral", referral.case, page, UNIT, mine=in_unit, about=about, code="DL-01"
        )
    if referral.withdrawal_asked_at and not referral.has_ended:
        href = reverse("referrals:withdraw", args=[referral.pk])
        yield Waiting("Decide whether the referral is withdrawn", referral.case, href, UNIT, mine=in_unit)


def _with_flag(rows: Any, user: User, roles: frozenset[Role]) -> Any:
    """The rows, each with whether the user holds one of the roles in its case."""
    return rows.annotate(held=ExpressionWrapper(open_to(user, roles), output_field=BooleanField()))


@compiled_once
def _unsent_notifications(user: User, case: uuid.UUID | None) -> Any:
    rows = SeriousIncidentNotification.objects.visible_to(user).select_related("case")
    rows = with_fields(rows.filter(state__in=_UNSENT), "case", "state")
    rows = rows.filter(case=case) if case is not None else rows
    return first_of(_with_flag(rows, user, NOTIFIERS).order_by("required_at"), case)


def _notifications(user: User, case: Case | None) -> Iterator[Waiting]:
    for notification in _unsent_notifications(user, case):
        rejected = notification.state == NotificationState.REJECTED
        name = "record_sent_again" if rejected else "record_sent"
        yield Waiting(
            verb="Send the notification again"
            if rejected
            else "Send the notification, and record that it was sent",
            case=notification.case,
            href=reverse(f"referrals:{name}", args=[notification.pk]),
            owner=NOTIFIER,
            mine=notification.held,
            about=audit.label_of(notification.case),
            code="" if rejected else "DL-01",
        )


@compiled_once
def _unsent_death_notices(user: User, case: uuid.UUID | None) -> Any:
    rows = DeathNotice.objects.visible_to(user).select_related("case").filter(state=DeathNoticeState.REQUIRED)
    rows = with_fields(rows, "case", "state", "kind")
    rows = rows.filter(case=case) if case is not None else rows
    return first_of(_with_flag(rows, user, NOTIFIERS).order_by("required_at"), case)


def _death_notices(user: User, case: Case | None) -> Iterator[Waiting]:
    for notice in _unsent_death_notices(user, case):
        yield Waiting(
            verb="Send the notice of the death, and record that it was sent",
            case=notice.case,
            href=reverse("referrals:death_notice", args=[notice.pk]),
            owner=NOTIFIER,
            mine=notice.held,
            about=audit.label_of(notice),
            code="DL-26" if notice.kind == DeathKind.LOOKED_AFTER else "DL-27",
        )


@compiled_once
def _decided_criteria(user: User, case: uuid.UUID | None) -> Any:
    rows = Decision.objects.visible_to(user).filter(
        **_DECIDED_CRITERIA,
        case__stage=Stage.SCREENING,
        # Not one that was acted on before the case came back to the criteria.
        created_at__gte=F("case__moved_at"),
    )
    rows = rows.filter(case=case) if case is not None else rows
    rows = rows.select_related("case").order_by("opened_on")
    return first_of(_with_flag(rows, user, BUSINESS_UNIT), case)


def _decided(user: User, case: Case | None) -> Iterator[Waiting]:
    """Decisions on the criteria that waited for a view to be confirmed and have not moved their case."""
    for decision in _decided_criteria(user, case):
        yield Waiting(
            "Act on the partners’ decision on the criteria",
            decision.case,
            reverse("referrals:criteria_act", args=[decision.pk]),
            UNIT,
            mine=decision.held,
        )


@compiled_once
def _to_confirm(user: User, case: uuid.UUID | None) -> Any:
    rows = TakingBack.objects.of_case_visible_to(user, BUSINESS_UNIT).filter(
        transition__in=_TAKEN_BACK, confirmed_at=None, refused_at=None
    )
    rows = rows.filter(case=case) if case is not None else rows
    return first_of(rows.select_related("case"), case)


def _taking_back(user: User, case: Case | None) -> Iterator[Waiting]:
    for asked in _to_confirm(user, case):
        yield Waiting(
            "Confirm, or refuse, that an act was recorded in error",
            asked.case,
            reverse("referrals:confirm_taking_back", args=[asked.pk]),
            UNIT,
            mine=asked.asked_by_id != user.pk,
        )


_PLACES: Final = Places(
    (_referrals, Referral.objects.filter(UNSETTLED)),
    (_decided, Decision.objects.filter(**_DECIDED_CRITERIA, case__stage=Stage.SCREENING)),
    (_notifications, SeriousIncidentNotification.objects.filter(state__in=_UNSENT)),
    (_death_notices, DeathNotice.objects.filter(state=DeathNoticeState.REQUIRED)),
    (_taking_back, TakingBack.objects.filter(transition__in=_TAKEN_BACK, confirmed_at=None, refused_at=None)),
)
