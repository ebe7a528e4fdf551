"""Beginning a referral, and giving one up before it is sent."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Agency, Partnership, User
from accounts.settings_choices import ReferralSource
from casework import audit
from casework.drafts import begin_draft, empty_draft
from casework.models import Case
from casework.transitions import TransitionRefused, perform
from referrals.answers import FORM, QUESTION_SET
from referrals.models import Channel, Referral
from referrals.permissions import source_of, ways_in


@transaction.atomic
def begin_referral(
    partnership: Partnership,
    *,
    by: User,
    agency: Agency | None = None,
    source: ReferralSource | None = None,
    channel: Channel = Channel.SYSTEM,
    referrer_name: str = "",
    referrer_job_title: str = "",
    referrer_phone: str = "",
    from_body: str = "",
    first_told_at: dt.datetime | None = None,
    case: Case | None = None,
) -> Referral:
    """Begin a referral (T01): one's own agency's, or, as the business unit, on somebody's behalf.

    On somebody's behalf needs who told it and how; a source the partnership has not opened is refused, and
    a person from whom it takes no referrals gets PermissionDenied. `case` is given only when one was born of
    an oral notice already.
    """
    on_behalf = _on_behalf(by, partnership, agency)
    if not on_behalf:
        assert agency is not None
        source, channel = source_of(agency, partnership), Channel.SYSTEM
    source = source or ReferralSource.AGENCY
    _refuse_unfit(
        partnership, source, agency, on_behalf=on_behalf, referrer_name=referrer_name, from_body=from_body
    )
    referral = Referral.objects.create(
        partnership=partnership,
        case=case,
        agency=agency,
        source=source,
        channel=channel,
        on_behalf=on_behalf,
        referrer=None if on_behalf else by,
        begun_by=by,
        referrer_name=referrer_name or ("" if on_behalf else by.name),
        referrer_job_title=referrer_job_title or ("" if on_behalf else by.job_title),
        referrer_phone=referrer_phone or ("" if on_behalf else by.phone),
        from_body=from_body,
        first_told_at=first_told_at,
    )
    referral.draft = begin_draft(
        FORM, partnership=partnership, by=by, agency=agency, about=referral, question_set=QUESTION_SET
    )
    referral.save(update_fields=["draft"])
    audit.record("referral_begun", by=by, case=case, about=referral, words="Began a referral")
    return referral


def _on_behalf(by: User, partnership: Partnership, agency: Agency | None) -> bool:
    """Whether `by` enters it for somebody else; raises PermissionDenied when they may do neither."""
    ways = [way for way in ways_in(by) if way.partnership.pk == partnership.pk]
    if any(not way.on_behalf and agency is not None and way.agency == agency for way in ways):
        return False
    if any(way.on_behalf for way in ways):
        return True
    raise PermissionDenied


def _refuse_unfit(
    partnership: Partnership,
    source: ReferralSource,
    agency: Agency | None,
    *,
    on_behalf: bool,
    referrer_name: str,
    from_body: str,
) -> None:
    reasons = []
    if source not in partnership.sources_enabled:
        reasons.append("This partnership does not take referrals from there.")
    if on_behalf and source in {ReferralSource.AGENCY, ReferralSource.CDOP} and agency is None:
        reasons.append("Say which agency it comes from.")
    if on_behalf and source in {ReferralSource.AGENCY, ReferralSource.CDOP} and not referrer_name:
        reasons.append("Say who is referring.")
    if (
        source in {ReferralSource.COURT, ReferralSource.INQUIRY, ReferralSource.OTHER_PARTNERSHIP}
        and not from_body
    ):
        reasons.append("Say which court, inquiry or partnership it comes from.")
    if agency is not None and not partnership.members.current().filter(agency=agency).exists():
        reasons.append("This agency does not work with the partnership.")
    if reasons:
        raise TransitionRefused(reasons)


@transaction.atomic
def discard_referral(referral: Referral, *, by: User) -> Referral:
    """Throw away a draft that was never sent, with everything typed into it (T06)."""
    referral = perform(referral, "discard", by=by, words="Threw the draft referral away")
    if referral.draft is not None:
        empty_draft(referral.draft)
    return referral
