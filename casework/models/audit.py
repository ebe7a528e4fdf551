"""The record: every act and every row changed, chained so that a missing or altered line shows.

Both tables share one shape. `number`, `previous` and `digest` are computed by the database
(migration 0002) under the chain's advisory lock: one chain per case and one for the rest. The digest
covers `payload_digest`, which covers the payload and its salt, so a payload may be destroyed at the end
of its retention and the chain still verifies.
"""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models

from accounts.models import Agency, User
from lcspr import clock

NO_CASE = uuid.UUID(int=0)


def _append_only() -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'The record is append-only: % is not emptied', TG_TABLE_NAME;",
        ),
    ]


class Link(models.Model):
    """One line of a chain."""

    id = models.BigAutoField(primary_key=True)
    chain = models.UUIDField(default=NO_CASE)
    number = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=clock.now)
    act = models.UUIDField()
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    verb = models.CharField(max_length=60)
    case = models.ForeignKey(
        "casework.Case", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    object = models.CharField(max_length=120, blank=True)
    payload_digest = models.BinaryField()
    previous = models.BinaryField(default=b"")
    digest = models.BinaryField(default=b"")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "number"], name="%(app_label)s_%(class)s_one_line_per_number"
            )
        ]
        triggers = [
            *_append_only(),
            pgtrigger.Trigger(
                name="chain",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("tail", "record")],
                func=pgtrigger.Func(
                    """
                    NEW.chain := COALESCE(NEW.case_id, '00000000-0000-0000-0000-000000000000'::uuid);
                    PERFORM pg_advisory_xact_lock(hashtextextended('{meta.db_table}' || NEW.chain::text, 0));
                    SELECT number, digest INTO tail FROM {meta.db_table}
                        WHERE chain = NEW.chain ORDER BY number DESC LIMIT 1;
                    NEW.number := COALESCE(tail.number, 0) + 1;
                    NEW.previous := COALESCE(tail.digest, ''::bytea);
                    NEW.digest := audit_digest(NEW.previous, NEW.number, NEW.at, NEW.act, NEW.actor_id,
                        NEW.agency_id, NEW.verb, NEW.chain, NEW.object, NEW.payload_digest);
                    RETURN NEW;
                    """
                ),
            ),
        ]


class Event(Link):
    """An act, a read, a reveal, a search, a download, a refusal or a sign-in."""

    class Meta(Link.Meta):
        indexes = [
            models.Index(fields=["case", "-id"], name="casework_event_by_case"),
            models.Index(fields=["actor", "-id"], name="casework_event_by_actor"),
            models.Index(fields=["object", "-id"], name="casework_event_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} ({self.at:%Y-%m-%d %H:%M} UTC)"


class RowChange(Link):
    """A row inserted, updated or deleted, by whatever means; written by the row trigger alone."""

    class Meta(Link.Meta):
        indexes = [
            models.Index(fields=["object", "-id"], name="casework_rowchange_by_object"),
            models.Index(fields=["case", "-id"], name="casework_rowchange_by_case"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object}"


class Payload(models.Model):
    """The words and values of one line, kept beside it with a random salt."""

    salt = models.BinaryField()
    body = models.TextField()

    class Meta:
        abstract = True
        triggers = _append_only()


class EventPayload(Payload):
    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="payload")

    class Meta(Payload.Meta):
        pass

    def __str__(self) -> str:
        return f"Payload of event {self.event_id}"


class RowChangePayload(Payload):
    row_change = models.OneToOneField(
        RowChange, on_delete=models.PROTECT, primary_key=True, related_name="payload"
    )

    class Meta(Payload.Meta):
        pass

    def __str__(self) -> str:
        return f"Payload of row change {self.row_change_id}"
