"""What waits to be done: each app says for its own records, the desk gathers it for the pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.models import Case


@dataclass(frozen=True)
class Waiting:
    """One thing somebody must do in a case.

    `verb` is the act as a person would say it, `href` its page, `owner` the words for who must do it.
    `mine` says whether the person asking may do it themself. `about` and `code` name the deadline it
    answers ("app.Model:key", DL-number), so that the desk can set the date beside it. `blocked` are the
    sentences that still stand in the way.
    """

    verb: str
    case: Case
    href: str
    owner: str
    mine: bool = True
    about: str = ""
    code: str = ""
    note: str = ""
    blocked: list[str] = field(default_factory=list)
