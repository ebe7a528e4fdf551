"""What waits on people on the way to the public page, and in closing and reopening cases."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse_lazy as reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from actions.models.plans import CLOSING_STAGES
from casework.audit import label_of
from casework.compiled import compiled_once
from casework.models import Case, TakingBack
from casework.permissions import business_unit_partnerships, holds_anywhere, open_to, roles_in
from casework.transitions import exits, unmet
from casework.waiting import Places, Waiting, first_of
from deadlines.models import Deadline
from decisions.models import Hold
from govuk.dates import date_text
from lcspr import clock
from panels.models import Appointment, AppointmentState, Review, ReviewState
from panels.permissions import COMMISSIONERS
from panels.services.appointments import OF_THE_PANEL
from publication.gates import GATES, GateKind
from publication.models import (
    BringingToChair,
    Closing,
    FamilyReading,
    GateTick,
    Outcome,
    Publication,
    PublicationState,
    Reopening,
)
from publication.services.clocks import COPIES, PROGRESS, READING, REASONS, REPOSITORY, REVIEW
from publication.services.taking_back import TAKE_BACK
from publication.services.turning import CONFIRMS_CLOSING, why_not_close

HOLDERS: Final = BUSINESS_UNIT | PARTNERS
# Gates that somebody beside the business unit is there to open.
_OF_SPECIALISTS: Final = (GateKind.LEGAL, GateKind.FAMILY)

_LAST_STEP: Final = {
    Outcome.FULL: ("Publish the report", "publish"),
    Outcome.IMPROVEMENTS_ONLY: ("Publish the improvements", "publish_improvements"),
    Outcome.NONE: ("Record that nothing is published", "decide_not_to_publish"),
}

_UNOPENED: Final = Q(state=ReviewState.SIGNED_OFF) & ~Exists(
    Publication.objects.filter(review=OuterRef("pk"))
)
# The review panel's part is over when publication is settled.
_PANEL_OPEN: Final = Review.objects.filter(
    Exists(
        Appointment.objects.filter(
            review=OuterRef("pk"), role__in=OF_THE_PANEL, state=AppointmentState.APPOINTED
        )
    ),
    Exists(
        Publication.objects.filter(
            review=OuterRef("pk"), state__in=["published", "improvements_only", "none", "withdrawn"]
        )
    ),
)
_TO_TAKE_BACK: Final = Q(transition=TAKE_BACK, confirmed_at=None, refused_at=None)
AGREES_WITH_FAMILY: Final = BUSINESS_UNIT | {Role.FAMILY}
_FAMILY_OWNERS: Final = "family liaison lead or business unit"
# What label_of writes before the key of one.
_LABEL: Final = "publication.Publication:"
_UNDER_WAY: Final = (PublicationState.PREPARING, PublicationState.HELD)


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """What waits on `user`, and on others in what they see; with a case, everything that waits in it."""
    found = [each for look in _PLACES.to_look(user, case) for each in look(user, case)]
    found += _closable(user, case)
    return found if case is not None else [_followed(each) for each in found]


def _followed(waits: Waiting) -> Waiting:
    """What waits for somebody else leads to the case: its own page is theirs."""
    if waits.mine:
        return waits
    return replace(waits, href=reverse("desk:case", args=[waits.case.pk]), link="See the case")


def _rows(
    rows: Any,
    user: User,
    case: uuid.UUID | None,
    roles: frozenset[Role],
    order: str = "created_at",
    *,
    dated: str = "",
) -> Any:
    """Rows with whether the user holds one of the roles in the row's case; without a case only those."""
    if case is None and not holds_anywhere(user, roles):
        return rows.none()
    theirs = open_to(user, roles)
    rows = rows.select_related("case").order_by(order)
    if case is None:
        return first_of(rows.filter(theirs).annotate(mine=Value(True)), case, dated=dated)
    mine = ExpressionWrapper(theirs, output_field=BooleanField())
    return first_of(rows.filter(case=case).annotate(mine=mine), case)


@compiled_once
def _unopened(user: User, case: uuid.UUID | None) -> Any:
    return _rows(Review.objects.visible_to(user).filter(_UNOPENED), user, case, BUSINESS_UNIT)


def _to_open(user: User, case: Case | None) -> Iterator[Waiting]:
    for review in _unopened(user, case):
        yield Waiting(
            verb="Prepare what becomes public",
            case=review.case,
            href=reverse("publication:open", args=[review.pk]),
            owner="business unit",
            mine=review.mine,
            code=REVIEW,
        )


@compiled_once
def _under_way(user: User, case: uuid.UUID | None) -> Any:
    held = Hold.objects.filter(case=OuterRef("case")).on_publication()
    rows = Publication.objects.visible_to(user).filter(state__in=_UNDER_WAY)
    running = Deadline.objects.open().filter(about=Concat(Value(_LABEL), Cast(OuterRef("pk"), CharField())))
    rows = rows.annotate(
        hold_in_force=Exists(held),
        reasons_owed=Exists(running.filter(code=REASONS)),
        copies_owed=Exists(running.filter(code=COPIES)),
    )
    if case is not None:
        # What its guards look at; they are shown on the case's own page alone.
        rows = rows.select_related("report", "decision")
    return _rows(rows, user, case, HOLDERS, dated="planned_on")


def _publications(user: User, case: Case | None) -> Iterator[Waiting]:
    units = business_unit_partnerships(user)
    for publication in _under_way(user, case):
        prepares = publication.case.partnership_id in units
        # While a hold is in force nothing is to be done but to look at it, which waits by itself.
        resting = publication.state == PublicationState.HELD and publication.hold_in_force
        if case is not None or not resting:
            yield _next_step(publication, prepares=prepares, full=case is not None)
        if publication.reasons_owed:
            yield _step(
                publication,
                "Record the reasons for delay"
                if publication.state == PublicationState.HELD
                else "Record the reasons for not publishing",
                "delay_reasons" if publication.state == PublicationState.HELD else "non_publication_reasons",
                owner="business unit or a delegated safeguarding partner",
                mine=publication.mine,
                code=REASONS,
            )
        if publication.copies_owed and publication.state == PublicationState.PREPARING:
            yield _step(
                publication,
                "Send the report ahead, and record the copies",
                "copies",
                mine=prepares,
                code=COPIES,
            )


def _next_step(publication: Any, *, prepares: bool, full: bool) -> Waiting:
    """The one next step of a publication, by what is missing first."""
    anybody = "business unit or a delegated safeguarding partner"
    if publication.state == PublicationState.HELD:
        if publication.hold_in_force:
            return _step(
                publication,
                "Look at the holds on publication",
                "publication",
                owner=anybody,
                mine=False,
                note="Held until every hold is released",
            )
        return _step(
            publication, "Release publication", "release_publication", owner=anybody, mine=publication.mine
        )
    if publication.hold_in_force:
        return _step(
            publication, "Hold publication", "hold_publication", owner=anybody, mine=publication.mine
        )
    verb, name = _LAST_STEP[Outcome(publication.outcome)]
    if publication.outcome == Outcome.FULL and publication.report_id is None:
        return _step(publication, "Write what becomes public", "prepare", mine=prepares, code=REVIEW)
    if publication.outcome != Outcome.NONE and publication.planned_on is None:
        return _step(publication, "Plan the day of publication", "plan", mine=prepares, code=REVIEW)
    offered = exits(publication).get(name)
    return _step(
        publication,
        verb,
        name,
        mine=prepares,
        code=REVIEW,
        due_on=publication.planned_on,
        note=f"planned for {date_text(publication.planned_on)}" if publication.planned_on else "",
        # Only the case's own page shows what blocks: the list of everything stays a few queries.
        blocked=unmet(offered, publication) if offered and full else [],
    )


def _step(
    publication: Any, verb: str, page: str, *, mine: bool, owner: str = "business unit", **more: Any
) -> Waiting:
    return Waiting(
        verb=verb,
        case=publication.case,
        href=reverse(f"publication:{page}", args=[publication.pk]),
        owner=owner,
        mine=mine,
        about=label_of(publication),
        **more,
    )


@compiled_once
def _closed(user: User, case: uuid.UUID | None, gate: GateKind) -> Any:
    ticked = GateTick.objects.standing().filter(publication=OuterRef("pk"), gate=gate)
    closed = Publication.objects.visible_to(user).filter(state=PublicationState.PREPARING)
    return _rows(closed.exclude(Exists(ticked)), user, case, GATES[gate].who - BUSINESS_UNIT)


def _gates(user: User, case: Case | None) -> Iterator[Waiting]:
    """Gates that wait for a specialist; the business unit sees all of them on the page."""
    for gate in _OF_SPECIALISTS:
        who = GATES[gate].who - BUSINESS_UNIT
        for publication in _closed(user, case, gate):
            if publication.outcome == Outcome.NONE:
                continue
            yield Waiting(
                verb=f"Tick: {str(gate.label).lower()}",
                case=publication.case,
                href=reverse("publication:tick", args=[publication.pk, gate.value]),
                owner=" or ".join(sorted(str(role.label).lower() for role in who)),
                mine=publication.mine,
                about=label_of(publication),
            )


@compiled_once
def _readings_come(user: User, case: uuid.UUID | None) -> Any:
    preparing = Q(publication__state__in=_UNDER_WAY)
    rows = FamilyReading.objects.visible_to(user).agreed().filter(preparing, agreed_on__lte=clock.today())
    return _rows(rows, user, case, AGREES_WITH_FAMILY)


@compiled_once
def _without_reading(user: User, case: uuid.UUID | None) -> Any:
    rows = Publication.objects.visible_to(user).filter(
        ~Exists(FamilyReading.objects.filter(publication=OuterRef("pk"))),
        state=PublicationState.PREPARING,
        planned_on__isnull=False,
    )
    return _rows(rows, user, case, AGREES_WITH_FAMILY)


def _readings(user: User, case: Case | None) -> Iterator[Waiting]:
    """The family's reading: a date to agree once the day is planned, and the readings whose date has come."""
    for reading in _readings_come(user, case):
        yield Waiting(
            verb="Record the family’s reading of the report",
            case=reading.case,
            href=reverse("publication:reading_read", args=[reading.pk]),
            owner=_FAMILY_OWNERS,
            mine=reading.mine,
            about=f"{_LABEL}{reading.publication_id}",
            code=READING,
        )
    for publication in _without_reading(user, case):
        if publication.outcome == Outcome.NONE:
            continue
        yield Waiting(
            verb="Agree with the family when they read the report",
            case=publication.case,
            href=reverse("publication:family_reading", args=[publication.pk]),
            owner=_FAMILY_OWNERS,
            mine=publication.mine,
            about=label_of(publication),
            code=READING,
        )


@compiled_once
def _not_collected(user: User, case: uuid.UUID | None) -> Any:
    return _rows(Deadline.objects.open().filter(code=REPOSITORY), user, case, BUSINESS_UNIT, "due_at")


def _copies_for_collection(user: User, case: Case | None) -> Iterator[Waiting]:
    """Reports that are public and of which the national collection has no copy yet."""
    for deadline in _not_collected(user, case):
        yield Waiting(
            verb="Give the report to the national collection, and record it",
            case=deadline.case,
            href=reverse("publication:repository", args=[deadline.about.rpartition(":")[2]]),
            owner="business unit",
            mine=deadline.mine,
            about=deadline.about,
            code=REPOSITORY,
        )


@compiled_once
def _panels_open(user: User, case: uuid.UUID | None) -> Any:
    return _rows(_PANEL_OPEN, user, case, COMMISSIONERS)


def _panels(user: User, case: Case | None) -> Iterator[Waiting]:
    """Review panels whose part is over, for publication is settled."""
    for review in _panels_open(user, case):
        yield Waiting(
            verb="Close the review panel",
            case=review.case,
            href=reverse("panels:close_panel", args=[review.pk]),
            owner="sub-group chair or business unit",
            mine=review.mine,
            about=label_of(review),
        )


@compiled_once
def _to_confirm(user: User, case: uuid.UUID | None) -> Any:
    rows = TakingBack.objects.of_case_visible_to(user, BUSINESS_UNIT).filter(_TO_TAKE_BACK)
    return _rows(rows, user, case, BUSINESS_UNIT)


def _taking_back(user: User, case: Case | None) -> Iterator[Waiting]:
    for asked in _to_confirm(user, case):
        yield Waiting(
            verb="Confirm, or refuse, that it was published in error",
            case=asked.case,
            href=reverse("publication:confirm_publication_taken_back", args=[asked.pk]),
            owner="a second person of the business unit",
            mine=asked.mine and asked.asked_by_id != user.pk,
        )


@compiled_once
def _asked(user: User, case: uuid.UUID | None, model: Any, roles: frozenset[Role]) -> Any:
    """Closings, reopenings or what was brought to the chair, that wait for one of the roles."""
    return _rows(model.objects.visible_to(user).pending(), user, case, roles)


def _closings(user: User, case: Case | None) -> Iterator[Waiting]:
    for row in _asked(user, case, Closing, CONFIRMS_CLOSING):
        yield _turning(
            row,
            user,
            "Close the case, or say what is still to be done",
            page="confirm_closing",
            owner="independent chair or a delegated safeguarding partner",
        )


def _reopenings(user: User, case: Case | None) -> Iterator[Waiting]:
    for row in _asked(user, case, Reopening, PARTNERS):
        yield _turning(
            row,
            user,
            "Reopen the case, or say why not",
            page="confirm_reopening",
            owner="a delegated safeguarding partner",
        )


def _brought(user: User, case: Case | None) -> Iterator[Waiting]:
    for row in _asked(user, case, BringingToChair, frozenset({Role.SGC})):
        yield Waiting(
            verb="Ask for the closed case to be reopened, or say why not",
            case=row.case,
            href=reverse("publication:ask_to_reopen", args=[row.case_id]),
            owner="sub-group chair",
            mine=row.mine,
            about=label_of(row.case),
        )


def _turning(row: Any, user: User, verb: str, *, page: str, owner: str) -> Waiting:
    return Waiting(
        verb=verb,
        case=row.case,
        href=reverse(f"publication:{page}", args=[row.pk]),
        owner=owner,
        # Two people: nobody confirms what they asked for themself.
        mine=row.mine and row.asked_by_id != user.pk,
        about=label_of(row.case),
    )


def _closable(user: User, case: Case | None) -> Iterator[Waiting]:
    """On a case's own page: that it can be closed, and what is still open in it."""
    if (
        case is None
        or case.stage not in CLOSING_STAGES
        or Closing.objects.filter(case=case).pending().exists()
    ):
        return
    yield Waiting(
        verb="Propose to close the case",
        case=case,
        href=reverse("publication:propose_closing", args=[case.pk]),
        owner="sub-group chair",
        mine=Role.SGC in roles_in(user, case),
        about=label_of(case),
        code=PROGRESS,
        blocked=why_not_close(case),
    )


_PLACES: Final = Places(
    (_to_open, Review.objects.filter(_UNOPENED)),
    (_publications, Publication.objects.filter(state__in=_UNDER_WAY)),
    (_gates, Publication.objects.filter(state=PublicationState.PREPARING)),
    (
        _readings,
        Publication.objects.filter(state__in=_UNDER_WAY).filter(
            Q(planned_on__isnull=False)
            | Exists(FamilyReading.objects.agreed().filter(publication=OuterRef("pk")))
        ),
    ),
    (_copies_for_collection, Deadline.objects.open().filter(code=REPOSITORY)),
    (_panels, _PANEL_OPEN),
    (_taking_back, TakingBack.objects.filter(_TO_TAKE_BACK)),
    (_closings, Closing.objects.pending()),
    (_brought, BringingToChair.objects.pending()),
    (_reopenings, Reopening.objects.pending()),
    dated={_publications: "planned_on"},
)
