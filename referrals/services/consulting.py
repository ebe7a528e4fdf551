"""Asking whoever represents one's agency before referring, and going on from what they say."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Agency, Membership, Partnership, User
from casework import audit
from casework.transitions import TransitionRefused, perform
from correspondence import services as correspondence
from deadlines.rules.london import london_date
from referrals.models import Consultation, ConsultationAnswer, LeadView, Referral
from referrals.permissions import AGENCY_LEADS, ways_in
from referrals.services.writing import begin_referral

# What tells who somebody is, as far as figures go; names nobody can find but the writer.
_IDENTIFYING: Final = (
    (re.compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b"), "an NHS or telephone number"),
    (re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"), "a date of birth or another exact date"),
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE), "a postcode"),
    (re.compile(r"\S+@\S+\.\S+"), "an e-mail address"),
)

_VIEWS: Final = {
    ConsultationAnswer.YES: LeadView.SUPPORTS,
    ConsultationAnswer.NO: LeadView.DOES_NOT_SUPPORT,
}


def identifying(text: str) -> list[str]:
    """What in a note plainly tells who somebody is: “a postcode”. Names it cannot find."""
    return [what for pattern, what in _IDENTIFYING if pattern.search(text)]


def representatives_of(partnership: Partnership, agency: Agency, *, without: User) -> list[User]:
    """Who leads or represents an agency in a partnership and can answer a colleague."""
    held = Membership.objects.current().filter(
        agency=agency, partnership=partnership, role__in=AGENCY_LEADS, user__is_active=True
    )
    return sorted({each.user for each in held.select_related("user")} - {without}, key=str)


@transaction.atomic
def ask_representative(partnership: Partnership, *, agency: Agency, note: str, by: User) -> Consultation:
    """Ask whoever represents one's agency whether to refer; the e-mail says only that a question waits."""
    if not any(way.partnership == partnership and way.agency == agency for way in ways_in(by)):
        raise PermissionDenied
    people = representatives_of(partnership, agency, without=by)
    if not people:
        raise TransitionRefused(
            ["Nobody who represents your agency has an account here. Ring them or the business unit."]
        )
    if found := identifying(note):
        raise TransitionRefused([f"Take out what tells who somebody is: {', '.join(found)}."])
    asked = Consultation.objects.create(partnership=partnership, agency=agency, note=note, asked_by=by)
    names = ", ".join(str(each) for each in people)
    audit.record("consultation_asked", by=by, about=asked, words=f"Asked {names} before referring")
    correspondence.queue("representative_asked", to=people, by=by, about=asked)
    return asked


@transaction.atomic
def answer_consultation(
    asked: Consultation, *, answer: ConsultationAnswer, words: str, by: User
) -> Consultation:
    """Say yes, no or let's talk to a colleague's question; they may refer whatever is said."""
    label = ConsultationAnswer(answer).label
    # Who answers stands in the row; the words stay there too, for what is recorded of an act is read by more people.
    asked = perform(
        asked, "answer_consultation", by=by, words=f"Answered: {label}", answer=answer, answered_by=by
    )
    asked.answer_words = words
    asked.save(update_fields=["answer_words"])
    correspondence.queue("representative_answered", to=[asked.asked_by], by=by, about=asked)
    return asked


@transaction.atomic
def withdraw_consultation(asked: Consultation, *, by: User) -> Consultation:
    """Take a question back that nobody has answered yet."""
    return perform(asked, "withdraw_consultation", by=by, words="Took the question back")


@transaction.atomic
def begin_from_consultation(asked: Consultation, *, by: User) -> Referral:
    """Begin the referral, what the partnership asks to be done first filled in from the answer.

    Pressed twice it leads to the same referral.
    """
    asked = (
        Consultation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partnership", "agency", "answered_by", "referral")
        .get(pk=asked.pk)
    )
    if asked.asked_by_id != by.pk:
        raise PermissionDenied
    if asked.referral is not None:
        return asked.referral
    if asked.answered_by is None or asked.answered_at is None:
        raise TransitionRefused(["It is not answered yet. You can start a referral without waiting for it."])
    view = _VIEWS.get(ConsultationAnswer(asked.answer))
    lead = {
        "lead_name": asked.answered_by.name,
        "lead_role": asked.answered_by.job_title,
        "lead_discussed_on": london_date(asked.answered_at).isoformat(),
        "lead_view": str(view) if view else "",
    }
    asked.referral = begin_referral(asked.partnership, by=by, agency=asked.agency, known=lead)
    asked.save(update_fields=["referral"])
    return asked.referral
