"""The machines as a page a person can read: docs/lifecycle.md is made from here and a test holds it fresh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import models

from casework.checks import machines, transitions_of
from casework.machine import state_field
from casework.models import Case

# Every T-number of the handbook (domain §2.3, §2.3a), in its order.
T_NUMBERS: Final[dict[str, str]] = {
    "T01": "A referral is begun",
    "T02": "A referral is submitted",
    "T03": "A referral is returned for missing information",
    "T04": "A returned referral is sent again",
    "T05": "Marked as a duplicate",
    "T06": "Withdrawn",
    "T07": "Accepted",
    "T08": "Transferred to another area",
    "T09": "The criteria are met",
    "T09b": "Reconsidered before sending",
    "T10": "The notification was sent",
    "T11": "Another kind of review, criteria not met",
    "T12": "Criteria not met, no further action",
    "T13": "The local authority notifies although a partner disagrees",
    "T14": "Information gathered",
    "T15": "The rapid review goes to the partners",
    "T16": "The rapid review is reworked",
    "T17": "The rapid review is sent to the National Panel",
    "T18": "Escalated to the lead safeguarding partners",
    "T19": "The review is to be commissioned",
    "T20": "No review; actions are followed up",
    "T20a": "No review and nothing left to do",
    "T21": "Another kind of review after the rapid review",
    "T22": "The National Panel asks for more",
    "T23": "The National Panel is answered",
    "T24": "The National Panel disagrees",
    "T25": "The partners reconsider",
    "T26": "A national review will be done",
    "T27": "The national review is finished",
    "T28": "The notification is found not to meet the criteria",
    "T29": "The review starts",
    "T30": "The author changes",
    "T31": "Drafting starts",
    "T32": "Back for more information",
    "T33": "The final report goes up for sign-off",
    "T34": "Changes to the report are asked for",
    "T35": "The report is signed off",
    "T36": "Publication is held",
    "T37": "Publication is released",
    "T38": "The report is published",
    "T39": "The improvements alone are published",
    "T40": "Nothing is published",
    "T41": "Monitoring begins by itself",
    "T42": "The case is closed as complete",
    "T43": "The other review’s findings are agreed",
    "T44": "New information: a review is commissioned",
    "T45": "New information: the criteria are met",
    "T46": "The case is reopened",
    "T47": "The report is taken off the web",
    "T48": "A hold is added or released",
    "T49": "The review is discontinued or merged",
    "T50": "A case already under way is brought in",
}

# T-numbers that move another record than the case, or none.
ELSEWHERE: Final[dict[str, str]] = {
    "T01": "referrals.Referral is born as a draft",
    "T02": "referrals.Referral `submit`; the case is born",
    "T03": "referrals.Referral `return_to_referrer`",
    "T04": "referrals.Referral `resubmit`",
    "T18": "decisions.Decision `escalate`",
    "T30": "panels.Review, a new appointment",
    "T47": "publication.Publication `withdraw`",
    "T48": "decisions.Hold",
    "T50": "the case is born at its stage",
}

# Declared, but no page leads there yet: T-number → what it waits for.
WAITING: Final[dict[str, str]] = {
    "T41": "Not built, by decision: T42 leaves from every stage after publication (domain §2.3a).",
}


def lifecycle() -> str:
    """The text of docs/lifecycle.md."""
    parts = [
        "# The lifecycle, as the machines are",
        "",
        "Made from the code by `manage.py write_lifecycle`; a test fails when it is stale. T-numbers are the",
        "handbook’s. A transition happens only through `casework.transitions.perform`.",
        "",
        "## T-numbers",
        "",
        "| T | What happens | Built |",
        "|---|---|---|",
        *(f"| {ref} | {what} | {_standing(ref)} |" for ref, what in T_NUMBERS.items()),
    ]
    for model in sorted(machines(), key=lambda m: (m is not Case, m._meta.label)):
        parts += ["", *_machine(model)]
    return "\n".join(parts) + "\n"


def _standing(ref: str) -> str:
    if ref in WAITING:
        return f"no: {WAITING[ref]}"
    if ref in ELSEWHERE:
        return f"yes: {ELSEWHERE[ref]}"
    names = dict.fromkeys(t.name for t in transitions_of(Case) if t.custom["ref"] == ref)
    return f"yes: {', '.join(f'`{name}`' for name in names)}"


def _machine(model: type[models.Model]) -> Iterator[str]:
    field = state_field(model)
    yield f"## {model._meta.label}"
    yield ""
    yield "| Ref | Act | From | To | Who | Guards |"
    yield "|---|---|---|---|---|---|"
    seen: dict[tuple[str, str], list[Any]] = {}
    for transition in transitions_of(model):
        seen.setdefault((transition.custom["ref"], transition.name), []).append(transition)
    for (ref, _), group in sorted(seen.items(), key=lambda item: _order(item[0])):
        first = group[0]
        sources = "any" if first.source == "*" else ", ".join(sorted(f"`{t.source}`" for t in group))
        guards = "; ".join(condition.summary for condition in first.conditions) or "–"
        yield f"| {ref} | {first.custom['label']} | {sources} | `{first.target}` | {first.permission} | {guards} |"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for transition in sorted(transitions_of(model), key=lambda t: (str(t.source), str(t.target), t.name)):
        source = "[*]" if transition.source == "*" else transition.source
        yield f"    {source} --> {transition.target}: {transition.name}"
    for final in sorted(str(state) for state in getattr(model, "final_states", ())):
        yield f"    {final} --> [*]"
    yield "```"
    labels = ", ".join(f"`{value}` {label}" for value, label in field.choices)
    yield ""
    yield f"States: {labels}."


def _order(key: tuple[str, str]) -> tuple[int, str, str]:
    ref, name = key
    digits = "".join(character for character in ref[1:3] if character.isdigit())
    return (int(digits) if ref.startswith("T") and digits else 99, ref, name)


def built_refs() -> set[str]:
    """The T-numbers that some transition of the case carries."""
    return {t.custom["ref"] for t in transitions_of(apps.get_model("casework", "Case"))}
