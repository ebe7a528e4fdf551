"""The timeline of a case: every act in words, what one act brought about gathered under it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from casework import audit
from casework.models import Event, Stage
from deadlines.rules.words import and_list

# The rule's number is for whoever looks it up; it stands beside the sentence, never in it.
_CODE: Final = re.compile(r"\b(DL-\d+[a-z]?) ")
# The sentence of casework.services.admit.
_LET_IN: Final = re.compile(r"Let in: (.*?), as (.*) \(([^()]*)\)")
# What follows from an act, and does not lead its entry: clocks, and who was let in or asked.
_FOLLOWS: Final = ("deadlines.Deadline:", "casework.Access:", "casework.Document:")


@dataclass(frozen=True)
class Line:
    """One sentence of the record, and the number of the rule it is about, if any."""

    words: str
    ref: str = ""


@dataclass(frozen=True)
class Entry:
    """One act: its sentence, who did it and when, and what it brought about; `times` when it was done again."""

    line: Line
    at: dt.datetime
    by: Any
    agency: Any
    also: tuple[Line, ...] = ()
    times: int = 1


def entries_of(events: Iterable[Event]) -> list[Entry]:
    """The entries for a page of events, newest first: one for an act, however many lines it wrote."""
    found: list[Entry] = []
    for _, together in groupby(events, key=lambda event: event.act):
        entry = _entry(sorted(together, key=lambda event: event.pk))
        if found and _same_again(found[-1], entry):
            found[-1] = replace(found[-1], times=found[-1].times + 1)
        else:
            found.append(entry)
    return found


def _entry(events: list[Event]) -> Entry:
    lead = next((event for event in events if not event.object.startswith(_FOLLOWS)), events[0])
    also = dict.fromkeys(_roles_together([_consequence(event) for event in events if event is not lead]))
    return Entry(
        _line(lead), lead.at, lead.actor, lead.agency, tuple(line for line in also if line != _line(lead))
    )


def _roles_together(lines: list[Line]) -> list[Line]:
    """The lines of one act, those that let the same people in in several roles as one."""
    found: list[Line] = []
    at: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for line in lines:
        told = _LET_IN.fullmatch(line.words)
        if told is None:
            found.append(line)
            continue
        who, role, why = told.groups()
        index, roles = at.setdefault((who, why), (len(found), []))
        roles.append(role)
        sentence = Line(f"Let in: {who}, as {and_list(roles)} ({why})")
        if index == len(found):
            found.append(sentence)
        else:
            found[index] = sentence
    return found


def _consequence(event: Event) -> Line:
    """What an act brought about: where the case moved to, else the sentence of the record."""
    target = audit.payload_of(event).get("target", "")
    if event.object.startswith("casework.Case:") and target in Stage.values:
        return Line(f"The case is now at “{Stage(target).label}”")
    return _line(event)


def _line(event: Event) -> Line:
    told = audit.payload_of(event)
    words = told.get("words", "")
    if not words:
        # Its words have been disposed of: that something was done stays on the record.
        return Line(f"{event.verb.replace('_', ' ').capitalize()} (the words are no longer kept)")
    code = _CODE.search(words)
    return Line(_CODE.sub("", words), told.get("code") or (code.group(1) if code else ""))


def _same_again(last: Entry, entry: Entry) -> bool:
    """Whether an act is the one above it done once more by the same person on the same day."""
    return (last.line, last.by, last.also) == (
        entry.line,
        entry.by,
        entry.also,
    ) and last.at.date() == entry.at.date()
