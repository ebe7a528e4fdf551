"""When a question is decided, and by whom: the three decision models of domain §8.3, exactly.

Pure: no row is read here. `stand` is given what has been said so far and tells where the question stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deadlines.rules import words
from deadlines.rules.counting import add_months


class Model(StrEnum):
    THREE_DSP = "three_dsp"
    THREE_DSP_WITH_IC = "three_dsp_with_ic_agreement"
    IC_DECIDES = "ic_decides_on_recommendation"


class Partner(StrEnum):
    LA = "la"
    ICB = "icb"
    POLICE = "police"


NAMES: Final[Mapping[Partner, str]] = {
    Partner.LA: "the local authority",
    Partner.ICB: "the integrated care board",
    Partner.POLICE: "the police",
}

TO_LEAD_PARTNERS: Final = "The partners do not agree: the lead safeguarding partners decide."

Views = Mapping[Partner, str | None]


@dataclass(frozen=True)
class ChairSays:
    """What the independent chair said in this round: an agreement or not, or an outcome of their own."""

    agrees: bool | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Standing:
    """Where a question stands.

    `outcome` is None until the model yields one; `needs` then says in words what is missing.

    - `split`: the partners' views, all given, are not the same.
    - `returned`: the independent chair did not agree and has not sent it back before, so it goes back.
    - `chair_departs`: the chair decided otherwise than three unanimous partners.
    - `chair_disagrees`: the partners' decision stands without the chair's agreement; the rapid review and the
      letter to the National Panel say so.
    - `escalates`: only the lead safeguarding partners can settle it (T18).
    """

    outcome: str | None = None
    needs: tuple[str, ...] = ()
    split: bool = False
    returned: bool = False
    chair_departs: bool = False
    chair_disagrees: bool = False
    escalates: bool = False


def stand(
    model: Model,
    views: Views,
    *,
    chair: ChairSays | None = None,
    returned_before: bool = False,
    lead: str | None = None,
    confirmed: frozenset[Partner] = frozenset(),
    alone: bool = False,
) -> Standing:
    """Tell where a question stands.

    `views` are those of this round by partner, None where not given. `returned_before` says whether the
    independent chair sent it back in an earlier round. `lead` is the lead partners' written decision.
    `confirmed` are the partners who confirmed a chair's decision that departs from theirs. `alone` says
    that the local authority notifies although a partner disagrees (T13).
    """
    if lead is not None:
        return Standing(outcome=lead, split=differ(views), chair_departs=_departs(model, views, chair))
    if alone:
        return Standing(outcome=views.get(Partner.LA), split=differ(views))
    if missing := _missing(views):
        return Standing(needs=missing)
    if model is Model.IC_DECIDES:
        return _chair_decides(views, chair, confirmed)
    return _partners_decide(model, views, chair, returned_before)


def differ(views: Views) -> bool:
    """Whether two of the views given so far are not the same."""
    return len({view for view in views.values() if view is not None}) > 1


def may_notify_alone(views: Views, *, met: str) -> bool:
    """Whether the local authority, holding that the criteria are met, stands without the agreement of both others."""
    return views.get(Partner.LA) == met and _agreed(views) is None


def _partners_decide(model: Model, views: Views, chair: ChairSays | None, returned_before: bool) -> Standing:
    if differ(views):
        return Standing(needs=(TO_LEAD_PARTNERS,), split=True, escalates=True)
    if model is Model.THREE_DSP_WITH_IC:
        return _with_agreement(views, chair, returned_before)
    return Standing(outcome=_agreed(views))


def _chair_decides(views: Views, chair: ChairSays | None, confirmed: frozenset[Partner]) -> Standing:
    split = differ(views)
    if chair is None or chair.outcome is None:
        return Standing(needs=("The independent chair has not decided.",), split=split)
    if not _departs(Model.IC_DECIDES, views, chair):
        return Standing(outcome=chair.outcome, split=split)
    unconfirmed = tuple(
        f"{_opening(partner)} {_have(partner)} not confirmed the independent chair’s decision, "
        "which departs from the three partners’ views."
        for partner in Partner
        if partner not in confirmed
    )
    return Standing(outcome=None if unconfirmed else chair.outcome, needs=unconfirmed, chair_departs=True)


def _with_agreement(views: Views, chair: ChairSays | None, returned_before: bool) -> Standing:
    if chair is None or chair.agrees is None:
        return Standing(needs=("The independent chair has not said whether they agree.",))
    if chair.agrees:
        return Standing(outcome=_agreed(views))
    if not returned_before:
        return Standing(needs=("The independent chair did not agree, and it goes back once.",), returned=True)
    return Standing(outcome=_agreed(views), chair_disagrees=True)


def _departs(model: Model, views: Views, chair: ChairSays | None) -> bool:
    agreed = _agreed(views)
    return (
        model is Model.IC_DECIDES
        and chair is not None
        and chair.outcome is not None
        and agreed is not None
        and chair.outcome != agreed
    )


def _agreed(views: Views) -> str | None:
    said = {views.get(partner) for partner in Partner}
    return said.pop() if len(said) == 1 else None


def _missing(views: Views) -> tuple[str, ...]:
    return tuple(
        f"{_opening(partner)} {_have(partner)} not given {'their' if partner is Partner.POLICE else 'its'} view."
        for partner in Partner
        if views.get(partner) is None
    )


def _opening(partner: Partner) -> str:
    return NAMES[partner][0].upper() + NAMES[partner][1:]


def _have(partner: Partner) -> str:
    return "have" if partner is Partner.POLICE else "has"


def decided_on(
    views: Iterable[dt.date], *, chair: ChairSays | None, chair_on: dt.date | None, lead_on: dt.date | None
) -> dt.date:
    """The date of a decision: that of the last view or of the independent chair's decision (domain §2.3a, T17).

    A chair who does not agree decides nothing, so the partners' last view dates it; the lead partners' writing
    dates what they settled. The months of a review run from this day.
    """
    if lead_on is not None:
        return lead_on
    if chair is not None and chair_on is not None:
        if chair.outcome is not None:
            return chair_on
        if chair.agrees:
            return max(chair_on, *views)
    return max(views)


def look_again_problem(looked_at: dt.date, again: dt.date) -> str:
    """Why a hold cannot wait until `again` to be looked at, or nothing: at most three months (domain §2.4)."""
    latest = add_months(looked_at, 3)
    if again <= looked_at:
        return "The day to look at the hold again must be after the day it was last looked at."
    if again > latest:
        return f"A hold is looked at again within three months: choose a day up to {words.full_date(latest)}."
    return ""


def is_never_independent(*, as_agency_author: bool, directly_involved: bool, line_managed: bool) -> bool:
    """Whether the handbook leaves no choice: an agency author who was involved or managed the work (domain §4.3)."""
    return as_agency_author and (directly_involved or line_managed)
