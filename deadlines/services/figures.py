"""A partnership's own figures: how long its local clocks give, what the rapid review counts from, when the office closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.db import memberships_of
from accounts.models import Partnership, User
from accounts.roles import Role
from accounts.settings_choices import RapidReviewAnchor
from casework import audit
from deadlines import catalogue
from deadlines.dates import settings_of
from deadlines.models import RuleVersion
from deadlines.rules.explain import length_words
from deadlines.rules.words import clock_time
from deadlines.services.changes import affected, recompute_open
from deadlines.services.dating import refuse
from deadlines.services.grounds import Grounds, Outcome, versions_of

LONGEST: Final = 400


@transaction.atomic
def change_figure(partnership: Partnership, *, code: str, amount: int | None, reason: str, by: User) -> int:
    """Set how long a local clock gives in a partnership, or leave it to the catalogue (None), and return how many
    open deadlines moved.

    Raises PermissionDenied for anyone but a business manager of the partnership; TransitionRefused for a figure
    that the rule does not allow, and without a reason.
    """
    _must_manage(by, partnership)
    refuse(why_not_figure(code, amount))
    refuse([] if reason.strip() else ["Give the reason."])
    partnership = _locked(partnership)
    rule = versions_of(code)[-1]
    was = _figure(partnership, rule)
    _set(partnership, rule, amount)
    partnership.save(update_fields=["local_lengths", "written_within_hours"])
    told = f"{code} {rule.name}: {figure_words(rule, amount)}"
    return _worked_out(partnership, reason, by, f"{told}, before: {figure_words(rule, was)}", code=code)


@transaction.atomic
def change_choices(
    partnership: Partnership, *, rr_anchor: str, office_closes_at: dt.time | None, reason: str, by: User
) -> int:
    """Set what the rapid review counts from and when the office closes, and return how many open deadlines moved.

    Raises PermissionDenied for anyone but a business manager of the partnership; TransitionRefused without a reason.
    """
    _must_manage(by, partnership)
    refuse([] if reason.strip() else ["Give the reason."])
    partnership = _locked(partnership)
    reanchored = partnership.rr_anchor != rr_anchor
    partnership.rr_anchor, partnership.office_closes_at = rr_anchor, office_closes_at
    partnership.save(update_fields=["rr_anchor", "office_closes_at"])
    closing = clock_time(office_closes_at) if office_closes_at else "no closing time"
    told = f"The rapid review counts from “{RapidReviewAnchor(rr_anchor).label}”; the office: {closing}"
    return _worked_out(partnership, reason, by, told, reanchored=reanchored)


def why_not_figure(code: str, amount: int | None) -> list[str]:
    """Why a figure cannot be a partnership's own for this rule; empty when it can."""
    versions = versions_of(code)
    if not versions or not versions[-1].local_setting:
        return ["This figure is not a partnership’s to choose."]
    limit = versions[-1].limit or LONGEST
    if amount is not None and not 1 <= amount <= limit:
        return [f"Give a whole number from 1 to {limit}."]
    return []


def figure_would_move(
    partnership: Partnership, user: User, *, code: str, amount: int | None
) -> list[Outcome]:
    """What another figure would move among the open deadlines that `user` may see; nothing is written."""
    rule, changed = versions_of(code)[-1], Partnership(pk=partnership.pk, **_kept(partnership))
    _set(changed, rule, amount)
    return _moves(partnership, user, Grounds(settings={partnership.pk: settings_of(changed)}), code=code)


def choices_would_move(
    partnership: Partnership, user: User, *, rr_anchor: str, office_closes_at: dt.time | None
) -> list[Outcome]:
    """What other choices would move among the open deadlines that `user` may see; nothing is written."""
    settings = settings_of(partnership) | {catalogue.RAPID_REVIEW_ANCHOR: rr_anchor}
    grounds = Grounds(
        settings={partnership.pk: settings},
        closing={partnership.pk: office_closes_at},
        reanchored=partnership.rr_anchor != rr_anchor,
    )
    return _moves(partnership, user, grounds)


def figure_of(partnership: Partnership, rule: RuleVersion) -> int | None:
    """The partnership's own figure for a rule; None where it has none."""
    return _figure(partnership, rule)


def figure_given(rule: RuleVersion, amount: int | None) -> str:
    """The time that is given with a figure, or without one: “7 working days”, “no time, for it does not run”."""
    if amount is None and rule.opt_in:
        return "no time, for it does not run"
    length = rule.as_rule.length
    return length_words(length if amount is None else type(length)(amount, length.unit))


def figure_words(rule: RuleVersion, amount: int | None) -> str:
    """A figure as a reader is told it: “7 working days”, “as usual, 5 working days”, “does not run”."""
    length = rule.as_rule.length
    if amount is not None:
        return length_words(type(length)(amount, length.unit))
    return "does not run" if rule.opt_in else f"as usual, {length_words(length)}"


def _figure(partnership: Partnership, rule: RuleVersion) -> int | None:
    if rule.local_setting == catalogue.WRITTEN_WITHIN_HOURS:
        return partnership.written_within_hours
    found: int | None = (partnership.local_lengths or {}).get(rule.code)
    return found


def _set(partnership: Partnership, rule: RuleVersion, amount: int | None) -> None:
    if rule.local_setting == catalogue.WRITTEN_WITHIN_HOURS:
        partnership.written_within_hours = amount
        return
    others = {code: figure for code, figure in partnership.local_lengths.items() if code != rule.code}
    partnership.local_lengths = others | ({} if amount is None else {rule.code: amount})


def _kept(partnership: Partnership) -> Mapping[str, Any]:
    return {
        "local_lengths": partnership.local_lengths,
        "written_within_hours": partnership.written_within_hours,
        "rr_anchor": partnership.rr_anchor,
    }


def _moves(
    partnership: Partnership, user: User, grounds: Grounds, *, code: str | None = None
) -> list[Outcome]:
    rows = affected(partnership=partnership, code=code).visible_to(user).with_everything()
    found = [each for each in grounds.outcomes(rows) if each.moves]
    return sorted(found, key=lambda each: (each.deadline.due_at, each.deadline.pk))


def _worked_out(
    partnership: Partnership,
    reason: str,
    by: User,
    told: str,
    *,
    code: str | None = None,
    reanchored: bool = False,
) -> int:
    moved = recompute_open(
        reason=f"The partnership’s figures were changed. {reason}",
        by=by,
        partnership=partnership,
        code=code,
        grounds=Grounds(reanchored=reanchored),
    )
    audit.record("figures_changed", by=by, about=partnership, words=f"{told}. {reason}", moved=moved)
    return moved


def _locked(partnership: Partnership) -> Partnership:
    return Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)


def _must_manage(user: User, partnership: Partnership) -> None:
    held = memberships_of(user)
    if not any(m.role == Role.BUM and m.partnership_id == partnership.pk for m in held):
        raise PermissionDenied
