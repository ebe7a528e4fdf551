"""Versions of the report: uploaded, circulated, commented on (domain §2.4, DL-18)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

import correspondence.services
import deadlines.services
from accounts.access_table import Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from casework import audit
from casework.files import store_document
from casework.permissions import holders, roles_in
from casework.transitions import MovedOn, TransitionRefused, last_event, perform
from panels.models import ReportVersion, Review, ReviewState, VersionState
from panels.permissions import REVIEW_PANEL, WRITES_REPORT

COMMENTED = "DL-18"


@transaction.atomic
def upload_version(
    review: Review, *, label: str, report: File[Any], is_final: bool, by: User, note: str = ""
) -> ReportVersion:
    """Keep a draft, or the final report, of a review that is being drafted; it replaces an earlier one not yet used."""
    if not roles_in(by, review.case) & WRITES_REPORT:
        raise PermissionDenied
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=review.pk)
    )
    if review.state != ReviewState.DRAFTING:
        raise MovedOn(review, last_event(review))
    if ReportVersion.objects.filter(review=review, label=label).exists():
        raise TransitionRefused([f"There is a version {label} already. Give this one another number."])
    state = VersionState.FINAL if is_final else VersionState.DRAFT
    for earlier in ReportVersion.objects.filter(review=review, state=state):
        perform(earlier, "supersede", by=by, words=f"{earlier} was replaced by a later version")
    version = ReportVersion(
        case=review.case,
        review=review,
        label=label,
        is_final=is_final,
        state=state,
        note=note,
        uploaded_by=by,
    )
    version.document = store_document(
        review.case,
        report,
        by=by,
        title=str(version),
        thing=Thing.FINAL_REPORT if is_final else Thing.DRAFT_REPORT,
    )
    version.save()
    audit.record("report_uploaded", by=by, case=review.case, about=version, words=f"Uploaded: {version}")
    return version


@transaction.atomic
def circulate_draft(version: ReportVersion, *, by: User, at: dt.datetime) -> ReportVersion:
    """Send a draft to the review panel for comments on its accuracy (DL-18)."""
    version = perform(version, "circulate", by=by, words=f"Circulated for comments: {version}", at=at)
    due = deadlines.services.start(
        COMMENTED,
        case=version.case,
        trigger_at=at,
        because="when the draft was circulated",
        by=by,
        about=version,
    )
    correspondence.services.queue(
        "review_draft_circulated",
        case=version.case,
        to=holders(version.case, REVIEW_PANEL | BUSINESS_UNIT),
        by=by,
        about=version,
        task="Comment on the accuracy of the draft report",
        due=due,
    )
    return version


@transaction.atomic
def close_comments(version: ReportVersion, *, words: str, by: User, at: dt.datetime) -> ReportVersion:
    """Close the comments on a draft, saying what they changed."""
    version = perform(
        version, "close_comments", by=by, words=f"Closed the comments on {version}", what_changed=words, at=at
    )
    deadlines.services.meet(COMMENTED, case=version.case, at=at, by=by, about=version)
    return version
