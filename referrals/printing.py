"""The referral and the notification pack as PDFs, each made as the person who asked for it."""

from __future__ import annotations

from typing import Any

from accounts.access_table import Right, Thing
from accounts.db import acting_as
from casework import jobs, pdf
from casework.models import Job
from casework.permissions import may
from lcspr import clock
from referrals import packs
from referrals.answers import in_full, questions_of
from referrals.models import NotificationPack, Referral
from referrals.permissions import writes_in
from referrals.summaries import Summary

STEPS = 3
GONE = "You may no longer open it, so nothing can be made."


def make_copy(job: Job) -> jobs.Made:
    """The copy of a referral for its own agency's file: every answer, with the names they wrote themselves."""
    jobs.progress(job, 1, of=STEPS)
    user = job.requested_by
    with acting_as(user):
        rows = Referral.objects.visible_to(user).select_related(
            "partnership", "agency", "case__partnership", "draft", "endorsed_by"
        )
        referral = rows.filter(pk=job.asked["referral"]).first()
        if not user.is_active or referral is None or not writes_in(referral, user):
            raise jobs.JobFailed(GONE)
        summary = Summary(questions_of(referral), in_full(referral, referral.typed), referral.partnership)
        context: dict[str, Any] = {
            "title": "Referral",
            "referral": referral,
            "cards": summary.cards(),
            "made_at": clock.now(),
            "by": user.name,
            "pseudonym": "",
        }
        cases = frozenset({referral.case_id} if referral.case_id else set())
        name = f"referral-{referral.case.reference if referral.case else 'not-sent'}.pdf"
    jobs.progress(job, 2, of=STEPS)
    content = pdf.render("pdf/referral.html", context)
    jobs.progress(job, 3, of=STEPS)
    return jobs.Made(content, name, cases)


def make_pack(job: Job) -> jobs.Made:
    """A kept version of the pack; with the names only for whoever had opened them, and may."""
    jobs.progress(job, 1, of=STEPS)
    user = job.requested_by
    with acting_as(user):
        rows = NotificationPack.objects.visible_to(user).select_related(
            "case__partnership", "notification__keyed", "made_by"
        )
        pack = rows.filter(pk=job.asked["pack"]).first()
        if not user.is_active or pack is None:
            raise jobs.JobFailed(GONE)
        case = pack.case
        named = job.asked["names"] == "yes"
        if named and not any(may(user, right, Thing.IDENTITY, case) for right in (Right.READ, Right.REVEAL)):
            raise jobs.JobFailed("You may no longer see the names. Ask for the pack without them.")
        content = packs.kept_content(pack)
        context = {
            "title": f"Notification pack, version {pack.number}",
            "pack": pack,
            "case": case,
            "sections": content if named else packs.masked(content),
            "named": named,
            "was_keyed": pack.notification.keyed_id == pack.pk,
            "missing": packs.missing_in(content),
            "made_at": clock.now(),
            "by": user.name,
        }
    jobs.progress(job, 2, of=STEPS)
    made = pdf.render("pdf/pack.html", context)
    jobs.progress(job, 3, of=STEPS)
    return jobs.Made(made, f"notification-pack-{case.reference}-v{pack.number}.pdf", frozenset({case.pk}))
