"""Writing and agreeing the terms of reference (domain F-06)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

import correspondence.services
from accounts.access_table import Right, Thing
from accounts.models import Agency, User
from accounts.roles import Role
from casework import audit
from casework.permissions import holders, may
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from panels.models import Review, TermsOfReference, TermsState
from panels.models.terms import TEXTS
from panels.permissions import APPROVES_TERMS, REVIEW_PANEL


@transaction.atomic
def write_terms(
    review: Review,
    *,
    revision: int,
    by: User,
    agencies: Iterable[Agency] = (),
    why_changed: str = "",
    **texts: Any,
) -> TermsOfReference:
    """Write the version that is being written, beginning one where there is none.

    `revision` is the one the person saw, 0 for a version to begin: MovedOn when somebody saved meanwhile. A version
    after the first says why it is needed; the one agreed before stays in force until this one is agreed.
    """
    if not may(by, Right.WRITE, Thing.TOR, review.case):
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.is_over:
        raise MovedOn(review, last_event(review))
    terms = TermsOfReference.objects.filter(review=review, state=TermsState.DRAFTED).first()
    if (terms.revision if terms else 0) != revision:
        raise MovedOn(terms or review, last_event(terms or review))
    if terms is None:
        terms = _begin(review, why_changed, by)
    else:
        terms.revision += 1
    for name in TEXTS:
        if name in texts:
            setattr(terms, name, texts[name])
    if terms.scope_from and terms.scope_until and terms.scope_until < terms.scope_from:
        raise TransitionRefused(["The time the review looks at must not end before it begins."])
    terms.written_by, terms.why_changed = by, why_changed or terms.why_changed
    terms.save()
    terms.agencies.set(agencies)
    audit.record(
        "terms_written",
        by=by,
        case=review.case,
        about=terms,
        words=f"Wrote the {str(terms)[:1].lower()}{str(terms)[1:]}",
        agencies=sorted(agency.name for agency in agencies),
    )
    return terms


def _begin(review: Review, why_changed: str, by: User) -> TermsOfReference:
    last = TermsOfReference.objects.filter(review=review).aggregate(last=Max("version"))["last"] or 0
    if last and not why_changed.strip():
        raise TransitionRefused(["Say why the terms of reference are changed."])
    return TermsOfReference(case=review.case, review=review, version=last + 1, written_by=by)


@transaction.atomic
def agree_terms(terms: TermsOfReference, *, by: User, on: dt.date) -> TermsOfReference:
    """Agree a version: it takes the place of the one agreed before, and those who work on the review are told."""
    earlier = TermsOfReference.objects.filter(review=terms.review_id, state=TermsState.AGREED)
    for each in earlier:
        perform(each, "replace_terms", by=by, words=f"{each} was replaced by a later one")
    terms = perform(terms, "agree_terms", by=by, words=f"Agreed: {terms}", by_whom=by, on=on)
    correspondence.services.queue(
        "review_terms_agreed",
        case=terms.case,
        to=holders(terms.case, REVIEW_PANEL | APPROVES_TERMS | {Role.BU, Role.BUM}),
        by=by,
        about=terms,
    )
    return terms


def agreed_terms(review: Review) -> TermsOfReference | None:
    """The version in force."""
    return TermsOfReference.objects.filter(review=review, state=TermsState.AGREED).first()
