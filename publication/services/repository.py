"""The copy for the national collection of case reviews, which the NSPCC keeps (DL-37)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework.permissions import roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event
from correspondence.models import How, Notice, NoticeSubject, Recipient
from correspondence.services import record_notice
from deadlines import services as deadlines
from deadlines.rules.london import london_date
from deadlines.rules.words import full_date
from publication.models import Publication
from publication.services import clocks
from publication.services.preparing import Upload, keep_proof, locked


@transaction.atomic
def record_repository_copy(
    publication: Publication, *, sent_at: dt.datetime, how: How, proof: Upload, by: User, words: str = ""
) -> Notice:
    """Record that the published report was given to the NSPCC for the national collection, with the proof (DL-37)."""
    publication = locked(publication)
    if not roles_in(by, publication.case) & BUSINESS_UNIT:
        raise PermissionDenied
    if not publication.is_public or publication.published_at is None:
        raise MovedOn(publication, last_event(publication))
    problems = []
    if proof is None:
        problems.append("Attach what shows that it was given: their confirmation, or the message.")
    if london_date(sent_at) < (public_since := london_date(publication.published_at)):
        problems.append(
            f"The copy is one of what is public: it cannot have gone before {full_date(public_since)}."
        )
    if problems:
        raise TransitionRefused(problems)
    notice = record_notice(
        publication.case,
        to=Recipient.NSPCC,
        subject=NoticeSubject.REPOSITORY_COPY,
        sent_at=sent_at,
        how=how,
        by=by,
        proof=keep_proof(
            publication.case, proof, by=by, title="Copy given to the national collection of case reviews"
        ),
        words=words,
    )
    deadlines.meet(clocks.REPOSITORY, case=publication.case, at=sent_at, by=by, about=publication)
    return notice
