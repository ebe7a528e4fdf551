"""E-mails that came back: recorded, and the person reached by another way."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from casework import audit
from casework.holding import Holders
from casework.models import Case
from casework.transitions import TransitionRefused
from correspondence.history import note_all
from correspondence.models import Bounce, EventKind, Message, MessageState
from lcspr import clock


@transaction.atomic
def record_bounce(message: Message, *, why: Bounce, by: User, words: str = "") -> Message:
    """Record that a message which was sent has come back from the address it went to.

    One that a daily e-mail said stands for all that it said to the person. Raises TransitionRefused for a
    message that was not sent, or whose return is on record.
    """
    message = (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "to")
        .get(pk=message.pk)
    )
    if message.state != MessageState.SENT:
        raise TransitionRefused(["Only an e-mail that was sent can come back."])
    if message.bounced_at is not None:
        raise TransitionRefused(["It is on record already that this e-mail came back."])
    failure = f"It came back from {message.address}: {why.label[:1].lower()}{why.label[1:]}."[:200]
    came_back = _together(message)
    Message.objects.filter(pk__in=[each.pk for each in came_back]).update(
        bounced_at=clock.now(), failure=failure, settled_at=None, settled_by=None, settled_words=""
    )
    note_all(came_back, EventKind.BOUNCED, by=by, words=f"{failure} {words}".strip())
    for each in came_back:
        audit.record(
            "message_bounced",
            by=by,
            case=each.case,
            about=each,
            words=f"Recorded that the e-mail “{each.subject}” to {each.to} came back",
            why=why.value,
        )
    message.refresh_from_db()
    return message


def sent_to(address: str, *, seen_by: User) -> Message | None:
    """The last message sent to an address, or under a Message-ID, among those a person may see."""
    rows = Message.objects.visible_to(seen_by).filter(state=MessageState.SENT, bounced_at=None)
    by_number = Q(message_id=address) | Q(digest__message_id=address)
    named = rows.filter(by_number if address.startswith("<") else Q(address__iexact=address))
    return named.select_related("case", "to").order_by("-sent_at", "-id").first()


def other_routes(case: Case, person: User) -> list[str]:
    """How else somebody may be reached about a case: their telephone, who stands in, who holds their role."""
    holders = Holders([case])
    routes = [f"Ring {person} on {person.phone}"] if person.phone else []
    deputies = sorted(holders.deputies_of(case, person), key=lambda each: each.name)
    routes += [f"Tell {deputy}, who stands in for {person} ({_reached(deputy)})" for deputy in deputies]
    for colleague in holders.beside(case, person):
        if colleague not in deputies:
            routes.append(f"Tell {colleague}, who holds the same role ({_reached(colleague)})")
    return routes


def _together(message: Message) -> list[Message]:
    """The message and, when a daily e-mail carried it or it is one, all that came back with it."""
    carrier = message.digest or message
    parts = Message.objects.select_for_update(of=("self",), no_key=True).parts_of(carrier)
    said = list(parts.filter(state=MessageState.SENT, bounced_at=None).select_related("case", "to"))
    return [*said, carrier] if carrier.bounced_at is None else said


def _reached(person: User) -> str:
    return f"{person.email}, {person.phone}" if person.phone else person.email
