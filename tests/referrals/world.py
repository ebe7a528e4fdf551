"""A referral taken as far as a test needs it, by the acts themselves."""

from __future__ import annotations

import datetime as dt
import uuid
from io import BytesIO
from zoneinfo import ZoneInfo

from accounts.db import forget_memberships
from accounts.roles import Role
from accounts.settings_choices import StatutoryPartner
from casework.drafts import read_answers, save_draft
from casework.models import Case
from deadlines.models import Deadline
from decisions.kinds import CriteriaOutcome
from lcspr import clock
from referrals import services
from referrals.models import Referral
from referrals.standing import pending_criteria

LONDON = ZoneInfo("Europe/London")
MET, NFA, REVIEW = CriteriaOutcome.MET, CriteriaOutcome.NOT_MET_NFA, CriteriaOutcome.NOT_MET_REVIEW
PDF = b"%PDF-1.4\n%%EOF\n"


def london(year, month, number, hour=12, minute=0):
    """The UTC instant of a time on a London clock."""
    return dt.datetime(year, month, number, hour, minute, tzinfo=LONDON).astimezone(dt.UTC)


def upload(name="copy.pdf", content=PDF):
    file = BytesIO(content)
    file.name = name
    return file


def child(forenames="Robin", surname="Example", born_on="2020-05-17", **answers):
    """A child as the form keeps it, with every question answered that must be."""
    return {
        "key": uuid.uuid4().hex,
        "forenames": forenames,
        "surname": surname,
        "birth": "born" if born_on else "not_known",
        "born_on": born_on,
        "outcome": "seriously_harmed",
        "condition": "recovering",
        "sex": "not_known",
        "ethnicity": "not_known",
        "disability": ["not_known"],
        "address_not_known": True,
        "education": "not_known",
        "legal_status": "none",
        "csc_status": "not_known",
        **answers,
    }


def relative(relation="mother", forenames="Morgan", surname="Example", **answers):
    """Somebody of the family as the form keeps them."""
    return {
        "key": uuid.uuid4().hex,
        "forenames": forenames,
        "surname": surname,
        "relation": relation,
        "born_on_not_known": True,
        "lived_with": "yes",
        "parental_responsibility": "yes",
        **answers,
    }


class World:
    """One partnership, its people, and short ways to do its acts. Times are the clock's unless given."""

    def __init__(self, cast, at):
        self.cast, self.at = cast, at
        self.partnership = cast.partnership
        self.council = cast.agency("council")
        cast.agency("icb"), cast.agency("police")
        self.school = cast.agency("school")

    @property
    def sender(self):
        """Whoever may refer for the school in this partnership."""
        return self.cast.referrer if Role.REFERRER in self.partnership.submitter_roles else self.cast.rep

    def answers(self, *children, la_aware_at=None, **incident):
        """Everything answered, about a child harmed today unless said otherwise."""
        today = clock.today().isoformat()
        return {
            "referrer_name": "Sandy Referrer",
            "referrer_job_title": "Teacher",
            "referrer_phone": "01632 960001",
            "lead_name": "Sam Lead",
            "lead_discussed_on": today,
            "lead_view": "supports",
            "told": "no",
            "children": list(children) or [child()],
            "account": "A child was hurt.",
            "incident_when": "period" if incident.get("incident_until") else "one_day",
            "incident_from": today,
            "incident_exact": "exact",
            "outside_england": "no",
            "incident_la": str(self.council.pk),
            "home_la": str(self.council.pk),
            "place": "family_home",
            "agency_aware_on": today,
            "la_aware": "yes" if la_aware_at else "not_known",
            "la_aware_at": la_aware_at.isoformat() if la_aware_at else None,
            "harm_types": ["physical"],
            "abuse_or_neglect": "suspected",
            "abuse_or_neglect_because": "An injury nobody explains.",
            "outcome": "seriously_harmed",
            "outcome_because": "A broken arm.",
            "review_asked": ["lcspr"],
            "learning": "Three agencies knew a part each.",
            "safe_now": "yes",
            "safety_actions": "In hospital.",
            "family_known": "not_known",
            "agencies_known": "not_known",
            "processes": ["none"],
            "notified": ["police"],
            "media": "no",
            "family_informed": "not_known",
            **incident,
        }

    def begun(self, by=None, agency=None, **how):
        by = by or self.sender
        return services.begin_referral(self.partnership, by=by, agency=agency or self.school, **how)

    def written(self, *children, by=None, agency=None, la_aware_at=None, how=None, **incident):
        """A draft with everything answered."""
        by = by or self.sender
        referral = self.begun(by, agency, **(how or {}))
        return self.answered(referral, *children, by=by, la_aware_at=la_aware_at, **incident)

    def answered(self, referral, *children, by=None, la_aware_at=None, **incident):
        answers = self.answers(*children, la_aware_at=la_aware_at, **incident) | read_answers(referral.draft)
        save_draft(referral.draft, answers=answers, version=referral.draft.version, by=by or self.sender)
        return self.fresh(referral)

    def change(self, referral, **answers):
        """Answer some questions differently."""
        referral = self.fresh(referral)
        typed = {**read_answers(referral.draft), **answers}
        save_draft(referral.draft, answers=typed, version=referral.draft.version, by=self.sender)
        return self.fresh(referral)

    def send(self, referral, by=None):
        referral = self.fresh(referral)
        version = referral.draft.version
        return services.submit_referral(referral, by=by or self.sender, version=version, on=clock.today())

    def submitted(self, *children, by=None, agency=None, la_aware_at=None, **incident):
        by = by or self.sender
        return self.send(
            self.written(*children, by=by, agency=agency, la_aware_at=la_aware_at, **incident), by=by
        )

    def accept(self, referral, *, pseudonym="Child V", la_aware_at=None, by=None, **areas):
        referral = self.fresh(referral)
        return services.accept_referral(
            referral,
            by=by or self.cast.bum,
            pseudonym=pseudonym,
            incident_la=areas.pop("incident_la", self.council),
            home_la=areas.pop("home_la", self.council),
            la_aware_at=la_aware_at or referral.case.la_aware_at or clock.now(),
            on=clock.today(),
            **areas,
        )

    def accepted(self, *children, la_aware_at=None, pseudonym="Child V", **incident):
        self.standing()
        return self.accept(
            self.submitted(*children, la_aware_at=la_aware_at, **incident), pseudonym=pseudonym
        )

    def standing(self):
        """Everyone who is let in by an acceptance has an account."""
        for role in (
            "sgc",
            "sg",
            "ic",
            "lan",
            "dsp_la",
            "dsp_icb",
            "dsp_police",
            "lsp_la",
            "lsp_icb",
            "lsp_police",
        ):
            getattr(self.cast, role)

    def view(self, referral_or_case, partner, outcome, **more):
        case = referral_or_case if isinstance(referral_or_case, Case) else referral_or_case.case
        decision = pending_criteria(case)
        return services.give_view_on_criteria(
            decision,
            by=getattr(self.cast, f"dsp_{partner}"),
            outcome=outcome,
            reasons=f"The {partner} thinks so.",
            on=clock.today(),
            partner=StatutoryPartner(partner),
            **more,
        )

    def decide(self, referral, outcome=MET):
        """All three partners give the same view; what needs it is recommended first."""
        if outcome != MET:
            services.recommend_on_criteria(
                pending_criteria(self.case(referral)),
                by=self.cast.sgc,
                outcome=outcome,
                reasons="The group thinks so.",
                on=clock.today(),
            )
        for partner in ("la", "icb", "police"):
            self.view(referral, partner, outcome)
        return self.case(referral)

    def owed(self, *children, **more):
        """The notification of a case whose criteria were found met."""
        referral = self.accepted(*children, **more)
        return self.decide(referral).seriousincidentnotifications.get()

    def record_sent(self, notification, *, sent_at=None, by=None, **more):
        children = services.children_of(notification.case)
        return services.record_notification_sent(
            notification,
            by=by or self.cast.lan,
            reference="CINS-1",
            sent_at=sent_at or clock.now(),
            sender="Pat Notifier",
            listed=more.pop("listed", children[:4]),
            upload=upload(),
            on=clock.today(),
            **more,
        )

    def fresh(self, referral):
        forget_memberships()
        related = ("case__partnership", "draft", "agency", "partnership", "referrer", "left_to")
        return Referral.objects.select_related(*related).get(pk=referral.pk)

    def case(self, record):
        return Case.objects.get(pk=record.case_id)

    def clock(self, record, code):
        """The last round of a clock of the record's case, or None."""
        case = record if isinstance(record, Case) else record.case
        return Deadline.objects.filter(case=case, code=code).order_by("-round").first()
