"""What waits to be done: each app says for its own records, the desk gathers it for the pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.db import connection, models

from accounts.models import User
from casework.models import Case
from casework.permissions import whole_world


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


def most(case: Case | None) -> int:
    """How much of one kind is looked for: in a case all that is likely, over all cases the first to do.

    The page of everything that waits on somebody shows the most pressing of all kinds together.
    """
    return 50 if case is not None else 15


F = TypeVar("F", bound=Callable[..., Iterable[Waiting]])

# Stands for the case, or the partnership, in a statement that is compiled once for all.
_SOME: Final = uuid.UUID(int=0)


class Places(Generic[F]):
    """Where an app looks for what waits: functions, each with the rows without which it finds nothing.

    In most places nothing waits. One short statement says in which something may, in a case or in all of a
    partnership, so that the long ones, of what waits on whom, are asked there alone. It says nothing of who
    may see it.
    """

    def __init__(self, *places: tuple[F, models.QuerySet[Any]]) -> None:
        self._places = places
        self._statements: dict[str, tuple[str, list[Any]]] = {}

    def to_look(self, user: User, case: Case | None) -> list[F]:
        """The places of a case that are worth a look, or of all that `user` may open."""
        if case is not None:
            return self._alive("case", case.pk)
        if (partnership := whole_world(user)) is not None:
            return self._alive("case__partnership", partnership)
        return [place for place, _ in self._places]

    def _alive(self, within: str, key: uuid.UUID) -> list[F]:
        if within not in self._statements:
            self._statements[within] = self._compiled(within)
        statement, params = self._statements[within]
        with connection.cursor() as cursor:
            cursor.execute(statement, [key if param == _SOME else param for param in params])
            alive = cursor.fetchone()
        return [place for (place, _), is_alive in zip(self._places, alive, strict=True) if is_alive]

    def _compiled(self, within: str) -> tuple[str, list[Any]]:
        """SELECT EXISTS(…), EXISTS(…), …: compiled by Django, once in the life of the process."""
        compiled = [
            rows.filter(**{within: _SOME}).order_by().values("pk").query.sql_with_params()
            for _, rows in self._places
        ]
        tests = ", ".join(f"EXISTS ({sql})" for sql, _ in compiled)
        return f"SELECT {tests}", [param for _, params in compiled for param in params]
