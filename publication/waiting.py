"""What waits on people on the way to the public page, and in closing and reopening cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.urls import reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from actions.models.plans import CLOSING_STAGES
from casework.audit import label_of
from casework.models import Case, TakingBack
from casework.permissions import business_unit_partnerships, holds_anywhere, open_to, roles_in
from casework.transitions import exits, unmet
from casework.waiting import Places, Waiting, most
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


def _rows(rows: Any, user: User, case: Case | None, roles: frozenset[Role], order: str = "created_at") -> Any:
    """Rows with whether the user holds one of the roles in the row's case; without a case only those."""
    if case is None and not holds_anywhere(user, roles):
        return []
    theirs = open_to(user, roles)
    rows = rows.select_related("case").order_by(order)
    if case is None:
        return rows.filter(theirs).annotate(mine=Value(True))[: most(case)]
    return rows.filter(case=case).annotate(mine=ExpressionWrapper(theirs, output_field=BooleanField()))[
        : most(case)
    ]


def _to_open(user: User, case: Case | None) -> Iterator[Waiting]:
    unopened = Review.objects.visible_to(user).filter(_UNOPENED)
    for review in _rows(unopened, user, case, BUSINESS_UNIT):
        yield Waiting(
            verb="Prepare what becomes public",
            case=review.case,
            href=reverse("publication:open", args=[review.pk]),
            owner="business unit",
            mine=review.mine,
            code=REVIEW,
        )


def _publications(user: User, case: Case | None) -> Iterator[Waiting]:
    label = "publication.Publication:"
    held = Hold.objects.filter(case=OuterRef("case")).on_publication()
    rows = Publication.objects.visible_to(user).filter(state__in=_UNDER_WAY)
    rows = rows.annotate(hold_in_force=Exists(held))
    if case is not None:
        # What its guards look at; they are shown on the case's own page alone.
        rows = rows.select_related("report", "decision")
    found = list(_rows(rows, user, case, HOLDERS))
    if not found:
        return
    owed = set(
        Deadline.objects.open()
        .filter(code__in=[COPIES, REASONS], about__in=[f"{label}{each.pk}" for each in found])
        .values_list("code", "about")
    )
    units = business_unit_partnerships(user)
    for publication in found:
        about, prepares = label_of(publication), publication.case.partnership_id in units
        # While a hold is in force nothing is to be done but to look at it, which waits by itself.
        resting = publication.state == PublicationState.HELD and publication.hold_in_force
        if case is not None or not resting:
            yield _next_step(publication, prepares=prepares, full=case is not None)
        if (REASONS, about) in owed:
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
        if (COPIES, about) in owed and publication.state == PublicationState.PREPARING:
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


def _gates(user: User, case: Case | None) -> Iterator[Waiting]:
    """Gates that wait for a specialist; the business unit sees all of them on the page."""
    for gate in _OF_SPECIALISTS:
        who = GATES[gate].who - BUSINESS_UNIT
        ticked = GateTick.objects.standing().filter(publication=OuterRef("pk"), gate=gate)
        closed = Publication.objects.visible_to(user).filter(state=PublicationState.PREPARING)
        for publication in _rows(closed.exclude(Exists(ticked)), user, case, who):
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


def _readings(user: User, case: Case | None) -> Iterator[Waiting]:
    """The family's reading: a date to agree once the day is planned, and the readings whose date has come."""
    preparing = Q(publication__state__in=_UNDER_WAY)
    rows = FamilyReading.objects.visible_to(user).agreed().filter(preparing, agreed_on__lte=clock.today())
    for reading in _rows(rows, user, case, AGREES_WITH_FAMILY):
        yield Waiting(
            verb="Record the family’s reading of the report",
            case=reading.case,
            href=reverse("publication:reading_read", args=[reading.pk]),
            owner=_FAMILY_OWNERS,
            mine=reading.mine,
            about=f"publication.Publication:{reading.publication_id}",
            code=READING,
        )
    nothing_agreed = Publication.objects.visible_to(user).filter(
        ~Exists(FamilyReading.objects.filter(publication=OuterRef("pk"))),
        state=PublicationState.PREPARING,
        planned_on__isnull=False,
    )
    for publication in _rows(nothing_agreed, user, case, AGREES_WITH_FAMILY):
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


def _copies_for_collection(user: User, case: Case | None) -> Iterator[Waiting]:
    """Reports that are public and of which the national collection has no copy yet."""
    running = Deadline.objects.open().filter(code=REPOSITORY)
    for deadline in _rows(running, user, case, BUSINESS_UNIT, "due_at"):
        yield Waiting(
            verb="Give the report to the national collection, and record it",
            case=deadline.case,
            href=reverse("publication:repository", args=[deadline.about.rpartition(":")[2]]),
            owner="business unit",
            mine=deadline.mine,
            about=deadline.about,
            code=REPOSITORY,
        )


def _panels(user: User, case: Case | None) -> Iterator[Waiting]:
    """Review panels whose part is over, for publication is settled."""
    for review in _rows(_PANEL_OPEN, user, case, COMMISSIONERS):
        yield Waiting(
            verb="Close the review panel",
            case=review.case,
            href=reverse("panels:close_panel", args=[review.pk]),
            owner="sub-group chair or business unit",
            mine=review.mine,
            about=label_of(review),
        )


def _taking_back(user: User, case: Case | None) -> Iterator[Waiting]:
    rows = TakingBack.objects.of_case_visible_to(user, BUSINESS_UNIT).filter(_TO_TAKE_BACK)
    for asked in _rows(rows, user, case, BUSINESS_UNIT):
        yield Waiting(
            verb="Confirm, or refuse, that it was published in error",
            case=asked.case,
            href=reverse("publication:confirm_publication_taken_back", args=[asked.pk]),
            owner="a second person of the business unit",
            mine=asked.mine and asked.asked_by_id != user.pk,
        )


def _closings(user: User, case: Case | None) -> Iterator[Waiting]:
    for row in _rows(Closing.objects.visible_to(user).pending(), user, case, CONFIRMS_CLOSING):
        yield _turning(
            row,
            user,
            "Close the case, or say what is still to be done",
            page="confirm_closing",
            owner="independent chair or a delegated safeguarding partner",
        )


def _reopenings(user: User, case: Case | None) -> Iterator[Waiting]:
    for row in _rows(Reopening.objects.visible_to(user).pending(), user, case, PARTNERS):
        yield _turning(
            row,
            user,
            "Reopen the case, or say why not",
            page="confirm_reopening",
            owner="a delegated safeguarding partner",
        )


def _brought(user: User, case: Case | None) -> Iterator[Waiting]:
    rows = BringingToChair.objects.visible_to(user).pending()
    for row in _rows(rows, user, case, frozenset({Role.SGC})):
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
)
