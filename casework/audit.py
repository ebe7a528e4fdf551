"""Writing the record, and verifying it."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models import TextChoices

from accounts.db import agency_of, current_act
from accounts.models import User
from casework.models import Case, Event, EventPayload


class Verb(TextChoices):
    """What is recorded beside the acts, whose verbs are the names of their transitions."""

    READ = "read", "Opened"
    REVEALED = "revealed", "Revealed the names"
    SEARCHED = "searched", "Searched"
    DOWNLOADED = "downloaded", "Downloaded"
    REFUSED = "refused", "Was refused"
    SIGNED_IN = "signed_in", "Signed in"
    SIGNED_OUT = "signed_out", "Signed out"
    SIGN_IN_FAILED = "sign_in_failed", "Failed to sign in"
    ACCOUNT_CHANGED = "account_changed", "Changed an account"
    ADMINISTERED = "administered", "Administered"


# Not shown on a case's timeline, which tells acts; the page "Access" shows who has seen what.
READING_VERBS = frozenset({Verb.READ, Verb.REVEALED, Verb.SEARCHED, Verb.DOWNLOADED, Verb.REFUSED})

# The answer everybody gives on opening a case for the first time: no act in the case, but who looked at it.
OPENING_ANSWERED = "opening_answered"
NOT_ON_TIMELINE = READING_VERBS | {OPENING_ANSWERED}


def label_of(record: models.Model) -> str:
    """A row's name in records, deadlines and tasks: "app.Model:key"."""
    return f"{record._meta.label}:{record.pk}"


def record(
    verb: str,
    *,
    by: User | None,
    case: Case | None = None,
    about: models.Model | None = None,
    words: str = "",
    **details: Any,
) -> Event:
    """Append one line to the case's chain, or to the chain of what belongs to no case.

    `words` is the sentence the timeline shows; `details` are plain values and may identify, for they are
    kept in the payload, which disposal can destroy. Joins the caller's transaction.
    """
    body = json.dumps({"words": words, **details}, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    salt = secrets.token_bytes(16)
    act = current_act()
    event = Event.objects.create(
        act=act.id if act else uuid.uuid4(),
        actor=by,
        agency=agency_of(by) if by else None,
        verb=verb,
        case=case,
        object=label_of(about) if about is not None else "",
        payload_digest=hashlib.sha256(salt + body.encode()).digest(),
    )
    EventPayload.objects.create(event=event, salt=salt, body=body)
    return event


def payload_of(event: Event) -> Mapping[str, Any]:
    """The words and values recorded with an event; empty once they have been disposed of."""
    payload = getattr(event, "payload", None)
    return json.loads(payload.body) if payload else {}


@dataclass(frozen=True)
class Fault:
    """A place where the record does not hold."""

    table: str
    chain: uuid.UUID
    number: int
    what: str


_VERIFY = """
WITH walked AS (
    SELECT l.id, l.chain, l.number, l.previous, l.digest, l.payload_digest,
        audit_digest(l.previous, l.number, l.at, l.act, l.actor_id, l.agency_id, l.verb, l.chain, l.object,
            l.payload_digest) AS computed,
        lag(l.digest, 1, ''::bytea) OVER w AS expected_previous,
        row_number() OVER w AS expected_number
    FROM {table} l WINDOW w AS (PARTITION BY l.chain ORDER BY l.number)
)
SELECT chain, number,
    CASE
        WHEN number <> expected_number THEN 'a line before it is missing'
        WHEN previous <> expected_previous THEN 'it does not follow the line before it'
        WHEN digest <> computed THEN 'it was altered'
        ELSE 'its words or values were altered'
    END
FROM walked LEFT JOIN {payload} p ON p.{key} = walked.id
WHERE number <> expected_number OR previous <> expected_previous OR digest <> computed
    OR (p.body IS NOT NULL AND sha256(p.salt || convert_to(p.body, 'UTF8')) <> walked.payload_digest)
ORDER BY chain, number
"""

_TABLES = (
    ("casework_event", "casework_eventpayload", "event_id"),
    ("casework_rowchange", "casework_rowchangepayload", "row_change_id"),
)


def faults() -> list[Fault]:
    """Every line of the record that was removed, altered or put in between; none when it holds.

    A chain cut at its end is not seen here: keep the heads (`heads`) outside the database to notice that.
    """
    found: list[Fault] = []
    with connection.cursor() as cursor:
        for table, payload, key in _TABLES:
            cursor.execute(_VERIFY.format(table=table, payload=payload, key=key))
            found += [Fault(table, chain, number, what) for chain, number, what in cursor.fetchall()]
    return found


def heads() -> list[tuple[str, uuid.UUID, int, str]]:
    """The last line of each chain: table, chain, number and digest in hexadecimal."""
    found: list[tuple[str, uuid.UUID, int, str]] = []
    with connection.cursor() as cursor:
        for table, _, _ in _TABLES:
            cursor.execute(
                f"SELECT DISTINCT ON (chain) chain, number, digest FROM {table} ORDER BY chain, number DESC"  # noqa: S608
            )
            found += [
                (table, chain, number, bytes(digest).hex()) for chain, number, digest in cursor.fetchall()
            ]
    return found
