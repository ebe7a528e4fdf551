"""What waits on people in recommendations, actions and plans."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.urls import reverse_lazy as reverse

from accounts.models import User
from accounts.roles import BUSINESS_UNIT, PARTNERS, Role
from actions.models import (
    Action,
    ActionPlan,
    ActionState,
    Evidence,
    PlanState,
    Recommendation,
    RecommendationState,
)
from actions.models.actions import UNFINISHED
from actions.permissions import FOLLOWS
from casework import audit
from casework.compiled import compiled_once
from casework.models import Case
from casework.permissions import agencies_as, holds_anywhere, open_to, roles_in
from casework.waiting import MINE_SHOWN, OTHERS_SHOWN, SAID_OF_A_CASE, Places, Waiting, first_of
from deadlines.rules.words import and_list, count
from lcspr import clock


@dataclass(frozen=True)
class _Wait:
    """One state in which a record waits: on which roles, and the words for it."""

    state: str
    roles: frozenset[Role]
    verb: str
    owner: str
    page: str


_ACTION_WAITS: Final = (
    _Wait(
        ActionState.COMPLETE_PENDING_EVIDENCE,
        frozenset({Role.SGC}),
        "Look at the evidence for",
        "sub-group chair",
        "actions:accept_evidence",
    ),
    _Wait(
        ActionState.EVIDENCE_ACCEPTED,
        BUSINESS_UNIT | {Role.SGC},
        "Set when the impact is looked at for",
        "business unit",
        "actions:await_impact",
    ),
    _Wait(
        ActionState.IMPACT_PENDING,
        frozenset({Role.SGC}),
        "Record the impact of",
        "sub-group chair",
        "actions:close_with_impact",
    ),
)

_PLAN_WAITS: Final = (
    _Wait(
        PlanState.DRAFTED,
        PARTNERS | {Role.SGC},
        "Agree the action plan",
        "sub-group chair or a partner",
        "actions:agree",
    ),
    _Wait(
        PlanState.AGREED,
        BUSINESS_UNIT | {Role.SGC},
        "Start the action plan",
        "business unit",
        "actions:run",
    ),
    _Wait(
        PlanState.EVALUATED,
        PARTNERS | {Role.IC},
        "Read what the action plan changed, and say if more is to be done",
        "independent chair or a partner",
        "actions:plan",
    ),
)


def waiting(user: User, case: Case | None = None) -> list[Waiting]:
    """What waits on `user`; with a case, everything that waits in it as far as they may read it."""
    held = roles_in(user, case) if case is not None else frozenset()
    return [each for look in _PLACES.to_look(user, case) for each in look(user, case, held)]


def _unfinished() -> Any:
    evidenced = Exists(Evidence.objects.filter(action=OuterRef("pk")))
    # In the words of the index first.
    return Q(state__in=UNFINISHED) & (
        Q(state__in=[ActionState.NOT_STARTED, ActionState.IN_PROGRESS])
        | Q(state=ActionState.COMPLETE_PENDING_EVIDENCE) & ~evidenced
    )


@compiled_once
def _to_do(user: User, case: uuid.UUID | None) -> Any:
    """Unfinished actions of a case, or the person's own in all."""
    found = Action.objects.visible_to(user).filter(_unfinished())
    found = found.filter(owner=user) if case is None else found.filter(case=case)
    found = found.select_related("case", "owner", "agency").order_by("due_on")
    return first_of(found, case, dated="due_on", by_date=MINE_SHOWN)


def _owned(user: User, case: Case | None, held: frozenset[Role]) -> Iterable[Waiting]:
    for action in _to_do(user, case):
        yield Waiting(
            verb=f"{_next_step(action)} {str(action).lower()}",
            case=action.case,
            href=reverse("actions:action", args=[action.pk]),
            owner=f"{action.owner}, {action.agency.short_name}",
            mine=action.owner_id == user.pk,
            about=audit.label_of(action),
            due_on=action.due_on,
        )
    if case is None:
        yield from map(_late, _late_of_others(user))


@compiled_once
def _late_of_others(user: User, case: None) -> Any:
    """The cases in which actions of others are late: how many, since when, and whose."""
    if not holds_anywhere(user, FOLLOWS):
        return Action.objects.none()
    late = Action.objects.visible_to(user).filter(
        _unfinished(), open_to(user, FOLLOWS), due_on__lt=clock.today()
    )
    late = late.exclude(owner=user).order_by()
    # The cases first, and all that is said of them only then.
    cases = late.values("case").annotate(first_due=Min("due_on")).order_by("first_due", "case")
    first = first_of(cases, None, dated="first_due", by_date=OTHERS_SHOWN)
    of_case = {f"of_case_{name}": F(f"case__{name}") for name in SAID_OF_A_CASE}
    rows = (
        late.filter(case__in=first.values("case"))
        .values("case", **of_case)
        .annotate(
            many=Count("pk"),
            first_due=Min("due_on"),
            first_number=Min("number"),
            keys=ArrayAgg("pk"),
            owners=ArrayAgg(Concat("owner__name", Value(", "), "agency__short_name"), distinct=True),
        )
    )
    # As many as the cases are, so that it is known when there are more.
    return rows.order_by("first_due", "case")[: first.query.high_mark]


def _late(row: dict[str, Any]) -> Waiting:
    """The late actions of others in one case, as one line."""
    one = row["many"] == 1
    case = Case.from_db(None, SAID_OF_A_CASE, [row[f"of_case_{name}"] for name in SAID_OF_A_CASE])
    return Waiting(
        verb=f"Action {row['first_number']} is late" if one else f"{row['many']} actions are late",
        case=case,
        href=reverse("actions:action", args=row["keys"]) if one else reverse("actions:case", args=[case.pk]),
        owner="; ".join(row["owners"]),
        mine=False,
        due_on=row["first_due"],
        link="See it" if one else "See which",
    )


def _next_step(action: Action) -> str:
    steps = {ActionState.NOT_STARTED: "Start", ActionState.IN_PROGRESS: "Carry out"}
    return steps.get(action.state, "Add evidence to")


@compiled_once
def _requested(user: User, case: uuid.UUID | None) -> Any:
    found = Recommendation.objects.visible_to(user).filter(state=RecommendationState.RESPONSE_REQUESTED)
    if case is not None:
        found = found.filter(case=case)
    else:
        # Of what agencies are asked, the business unit follows who has still to answer.
        agencies = agencies_as(user, {Role.REP})
        found = found.filter(
            (Q(agency__in=agencies) & open_to(user, {Role.REP})) | open_to(user, BUSINESS_UNIT)
        )
    found = found.select_related("case", "agency").order_by("respond_by")
    return first_of(found, case, dated="respond_by", together=True)


def _responses(user: User, case: Case | None, held: frozenset[Role]) -> Iterable[Waiting]:
    agencies = agencies_as(user, {Role.REP})
    awaited: dict[Any, list[Recommendation]] = {}
    for recommendation in _requested(user, case):
        agency = recommendation.agency
        if case is None and agency and recommendation.agency_id not in agencies:
            awaited.setdefault(recommendation.case_id, []).append(recommendation)
            continue
        theirs = recommendation.agency_id in agencies if agency else bool(held & BUSINESS_UNIT)
        yield Waiting(
            verb=f"Respond to {str(recommendation).lower()}",
            case=recommendation.case,
            href=reverse("actions:recommendation", args=[recommendation.pk]),
            owner=agency.short_name if agency else "business unit",
            mine=case is None or theirs,
            about=audit.label_of(recommendation),
            due_on=recommendation.respond_by,
        )
    for recommendations in awaited.values():
        first = recommendations[0]
        yield Waiting(
            verb=f"{count(len(recommendations), 'response')} to recommendations still to come",
            case=first.case,
            href=reverse("actions:recommendations", args=[first.case_id]),
            owner=and_list(dict.fromkeys(each.agency.short_name for each in recommendations if each.agency)),
            mine=False,
            due_on=first.respond_by,
            link="See who",
        )


def _followed(user: User, case: Case | None, held: frozenset[Role]) -> Iterable[Waiting]:
    yield from _each(_ACTION_WAITS, _done(user, case), user, case, held)


@compiled_once
def _done(user: User, case: uuid.UUID | None) -> Any:
    evidenced = Exists(Evidence.objects.filter(action=OuterRef("pk")))
    to_show = Q(state=ActionState.COMPLETE_PENDING_EVIDENCE) & ~evidenced
    rows = Action.objects.visible_to(user).exclude(to_show)
    return _in_states(_ACTION_WAITS, rows, user, case, dated="look_again_on")


def _plans(user: User, case: Case | None, held: frozenset[Role]) -> Iterable[Waiting]:
    yield from _each(_PLAN_WAITS, _moving_plans(user, case), user, case, held)


@compiled_once
def _moving_plans(user: User, case: uuid.UUID | None) -> Any:
    return _in_states(_PLAN_WAITS, ActionPlan.objects.visible_to(user), user, case)


def _in_states(
    waits: tuple[_Wait, ...], rows: Any, user: User, case: uuid.UUID | None, *, dated: str = ""
) -> Any:
    """Rows in one of the states; without a case, only where the person holds a role on which the state waits."""
    if case is not None:
        rows = rows.filter(case=case, state__in=[wait.state for wait in waits])
    else:
        theirs = [wait for wait in waits if holds_anywhere(user, wait.roles)]
        if not theirs:
            return rows.none()
        rows = rows.filter(reduce(or_, (Q(state=wait.state) & open_to(user, wait.roles) for wait in theirs)))
    return first_of(rows.select_related("case").order_by("created_at"), case, dated=dated)


def _each(
    waits: tuple[_Wait, ...], rows: Iterable[Any], user: User, case: Case | None, held: frozenset[Role]
) -> Iterable[Waiting]:
    wait_in = {wait.state: wait for wait in waits}
    for record in rows:
        wait = wait_in[record.state]
        # Nobody signs off their own work.
        own = getattr(record, "owner_id", None) == user.pk
        if case is None and own:
            continue
        yield Waiting(
            verb=f"{wait.verb} {str(record).lower()}" if isinstance(record, Action) else wait.verb,
            case=record.case,
            href=reverse(wait.page, args=[record.pk]),
            owner=wait.owner,
            mine=case is None or (bool(held & wait.roles) and not own),
            about=audit.label_of(record),
            due_on=record.look_again_on if record.state == ActionState.IMPACT_PENDING else None,
        )


_PLACES: Final = Places(
    (
        _owned,
        Action.objects.filter(state__in=UNFINISHED),
    ),
    (_responses, Recommendation.objects.filter(state=RecommendationState.RESPONSE_REQUESTED)),
    (_followed, Action.objects.filter(state__in=[wait.state for wait in _ACTION_WAITS])),
    (_plans, ActionPlan.objects.filter(state__in=[wait.state for wait in _PLAN_WAITS])),
    dated={_owned: "due_on", _responses: "respond_by", _followed: "look_again_on"},
)
