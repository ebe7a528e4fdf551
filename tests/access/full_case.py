"""A case with a record of every kind that an address can name, and people admitted to it in every role."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

from factories import CaseFactory, MembershipFactory, PartnershipFactory, has_opened, subject_of

import deadlines.services
from accounts.access_table import Thing
from accounts.models import (
    AccountRequest,
    Agency,
    DirectoryEntry,
    Invitation,
    Membership,
    OwnEntry,
    Partnership,
    User,
)
from accounts.roles import APPOINTED, Role
from actions.models import Action, ActionPlan, Evidence, Recommendation
from casework import jobs
from casework.audit import label_of
from casework.drafts import begin_draft
from casework.files import store_document
from casework.models import Case, Document, Event, Job, Stage, TakingBack
from casework.services import admit, admit_standing
from chronologies.models import Chronology, Entry
from correspondence.models import Message, Notice
from deadlines.models import Holiday, RuleProposal
from decisions.models import (
    Decision,
    Declaration,
    DisputeStep,
    Escalation,
    Hold,
    ParallelProceeding,
    PartnerView,
)
from lcspr import clock
from panels.models import AlternativeReview, Appointment, ReportVersion, Review, TermsOfReference
from publication.models import (
    BringingToChair,
    Closing,
    FamilyReading,
    GateTick,
    Publication,
    Reopening,
)
from rapid_review.models import AgencyRequest, PanelLetter, RapidReview
from referrals import services
from referrals.models import (
    Consultation,
    DeathNotice,
    QuestionAsked,
    Referral,
    ReferredChild,
    SeriousIncidentNotification,
)
from tests.access.inventing import invent
from tests.conftest import Cast
from tests.referrals.world import World, child

PDF = b"%PDF-1.4\n%%EOF\n"

# People who act for one agency: the school asked everybody here, the hospital is the other agency.
AT_THE_SCHOOL = frozenset({Role.REFERRER, Role.DSL, Role.REP, Role.AA, Role.ALO})


class FullCase:
    """One case of `cast`'s partnership. `keys` gives the key of each kind of record; a record that one agency
    owns is the school's, and `hospital` gives the same kind of the other agency's.

    Every text carries `mark`; what the hospital wrote carries `hospital_mark`; the child's name is `child_name`.
    """

    def __init__(self, cast: Cast, *, name: str, people: dict[Role, User] | None = None) -> None:
        self.cast, self.name = cast, name
        self.mark, self.hospital_mark = f"{name}words", f"{name}hospitalwords"
        self.child_name = f"Quill{name}feather"
        self.school, self.hospital_agency = cast.agency("school"), cast.agency("hospital")
        for statutory in ("council", "icb", "police"):
            cast.agency(statutory)
        self.people = people if people is not None else people_of(cast)
        self.writer = cast.person(Role.ALO, agency="school")
        self.case: Case = CaseFactory(
            partnership=cast.partnership,
            reference=f"REF-{name}",
            pseudonym=f"Child {name}",
            stage=Stage.IN_REVIEW,
            la_aware_at=clock.now(),
            incident_la=cast.agency("council"),
            home_la=cast.agency("council"),
        )
        self.known: dict[Any, Any] = {
            Case: self.case,
            Partnership: cast.partnership,
            Agency: self.school,
            User: self.writer,
        }
        self.keys: dict[str, Any] = {"case": self.case.pk, "partnership": cast.partnership.pk}
        self.hospital: dict[str, Any] = {}
        self._people_and_files()
        self._referring()
        self._deciding()
        self._reviewing()
        self._commissioned()
        self._publishing()
        self._doing()
        self._office()

    def invent(self, model: Any, **fields: Any) -> Any:
        """A row of this case in the school's or nobody's words."""
        return self._of(model, self.mark, fields)

    def _of(self, model: Any, mark: str, fields: dict[str, Any]) -> Any:
        row = invent(model, mark, self.known, **fields)
        self.known.setdefault(model, row)
        return row

    def both(self, key: str, model: Any, **fields: Any) -> tuple[Any, Any]:
        """The school's and the hospital's row of one kind, under `key`."""
        ours = self._of(model, self.mark, {"agency": self.school, **fields})
        theirs = self._of(model, self.hospital_mark, {"agency": self.hospital_agency, **fields})
        self.keys[key], self.hospital[key] = ours.pk, theirs.pk
        return ours, theirs

    def _people_and_files(self) -> None:
        self.subject = subject_of(self.case, label="Child A", forenames="Robin", surname=self.child_name)
        self.keys["document"] = self._document(Thing.OWN_RETURN, self.school).pk
        self.hospital["document"] = self._document(Thing.OWN_RETURN, self.hospital_agency).pk
        self.known[Document] = self._document(Thing.RR_REPORT, None)

    def _document(self, thing: Thing, agency: Agency | None) -> Document:
        file = BytesIO(PDF)
        file.name = "file.pdf"
        title = f"{self.hospital_mark if agency == self.hospital_agency else self.mark} file"
        return store_document(self.case, file, by=self.writer, title=title, thing=thing, agency=agency)

    def _referring(self) -> None:
        world = World(self.cast, None)
        referrer = self.people[Role.REFERRER]
        draft = world.written(child(surname=self.child_name), by=world.sender)
        self.keys |= {"draft": draft.pk, "child": draft.typed["children"][0]["key"]}
        self.keys["question"] = self.invent(QuestionAsked, referral=draft, answer="").pk
        ours, theirs = self.both(
            "referral",
            Referral,
            case=self.case,
            state="submitted",
            received_at=clock.now(),
            version=1,
            referrer=referrer,
        )
        for referral, mark in ((ours, self.mark), (theirs, self.hospital_mark)):
            referral.answers = {"account": f"{mark} gives an account"}
            referral.draft = begin_draft("referral", partnership=self.cast.partnership, by=referrer)
            if referral == theirs:
                referral.referrer = self.writer
            referral.save()
        self.invent(ReferredChild, referral=ours, subject=self.subject)
        notification = self.invent(SeriousIncidentNotification)
        self.keys["notification"] = notification.pk
        services.keep_pack(notification, by=self.writer)
        self.keys["death_notice"] = self.invent(
            DeathNotice, subject=self.subject, lateness_reason="", ended_because=""
        ).pk
        self.known[Event] = Event.objects.order_by("-id").first()
        asked = self.invent(
            TakingBack, transition="take_back_acceptance", about=f"referrals.Referral:{ours.pk}"
        )
        self.keys["taking_back"] = asked.pk

    def _deciding(self) -> None:
        model = self.cast.partnership.decision_model
        review = self.invent(RapidReview, state="gathering")
        self.keys["rapid_review"] = review.pk
        for key, kind, about in (("criteria", "criteria", self.case), ("decision", "rapid_review", review)):
            asked = {"kind": kind, "model": model, "about": label_of(about)}
            self.keys[key] = self._of(Decision, self.mark, asked).pk
        decision = Decision.objects.get(pk=self.keys["decision"])
        view = self.invent(
            PartnerView,
            decision=decision,
            partner="police",
            outcome="lcspr",
            state="recorded",
            on_behalf=True,
            evidence=self.known[Document],
        )
        self.keys["view"] = view.pk
        dispute = self.invent(Escalation, decision=decision, ended_because="")
        self.invent(DisputeStep, escalation=dispute, kind="told")
        self.keys["dispute"] = dispute.pk
        self.keys["declaration"] = self.invent(Declaration, person=self.people[Role.AUT], role=Role.AUT).pk
        self.keys["proceeding"] = self.invent(ParallelProceeding).pk
        hold = self.invent(Hold, review_on=clock.today() + dt.timedelta(days=30))
        self.keys["hold"] = hold.pk

    def _reviewing(self) -> None:
        self.invent(PanelLetter)
        self.both("request", AgencyRequest, state="submitted", submitted_at=clock.now())
        chronologies = self.both(
            "chronology",
            Chronology,
            state="accepted",
            submitted_by=self.writer,
            submitted_at=clock.now(),
        )
        chronologies[0].author = self.people[Role.AA]
        chronologies[0].save()
        for chronology, mark, keys in zip(
            chronologies, (self.mark, self.hospital_mark), (self.keys, self.hospital), strict=True
        ):
            keys["entry"] = self._of(Entry, mark, {"chronology": chronology, "withdrawn_reason": ""}).pk

    def _commissioned(self) -> None:
        review = self.invent(Review, state="in_review", ended_reason="")
        self.keys["review"] = review.pk
        asked = {"kind": "sign_off", "about": label_of(review), "model": self.cast.partnership.decision_model}
        self.keys["sign_off"] = self._of(Decision, self.mark, asked).pk
        author = self.people[Role.AUT]
        self.keys["appointment"] = self.invent(Appointment, role=Role.AUT, user=author, ended_because="").pk
        self.keys["terms"] = self.invent(TermsOfReference).pk
        draft = self._document(Thing.DRAFT_REPORT, None)
        self.keys["report_version"] = self.invent(ReportVersion, document=draft, is_final=False).pk
        self.keys["alternative"] = self.invent(
            AlternativeReview, review_type="practice_review", ended_reason=""
        ).pk

    def _publishing(self) -> None:
        publication = self.invent(Publication, withdrawal_reason="", public_title="")
        self.keys["publication"] = publication.pk
        asked = {
            "kind": "not_publish",
            "about": label_of(publication),
            "model": self.cast.partnership.decision_model,
        }
        self.keys["not_publish"] = self._of(Decision, self.mark, asked).pk
        self.keys["tick"] = self.invent(GateTick, struck_because="").pk
        reading = {"agreed_on": clock.today(), "declined_because": ""}
        self.keys["reading"] = self.invent(FamilyReading, **reading).pk
        self.keys["closing"] = self.invent(Closing, refused_because="").pk
        self.keys["brought"] = self.invent(BringingToChair, refused_because="").pk
        self.keys["reopening"] = self.invent(Reopening, refused_because="").pk

    def _doing(self) -> None:
        self.keys["recommendation"] = self.invent(Recommendation, reasons="").pk
        self.keys["plan"] = self.invent(ActionPlan).pk
        actions = self._actions()
        for action, mark, keys in zip(
            actions, (self.mark, self.hospital_mark), (self.keys, self.hospital), strict=True
        ):
            proof = self._document(Thing.ACTIONS, action.agency)
            keys["evidence"] = self._of(Evidence, mark, {"action": action, "document": proof}).pk

    def _actions(self) -> tuple[Any, Any]:
        due = clock.today() + dt.timedelta(days=30)
        ours = self._of(
            Action,
            self.mark,
            {"agency": self.school, "owner": self.people[Role.ALO], "number": 1, "due_on": due},
        )
        theirs = self._of(
            Action, self.hospital_mark, {"agency": self.hospital_agency, "number": 2, "due_on": due}
        )
        self.keys["action"], self.hospital["action"] = ours.pk, theirs.pk
        return ours, theirs

    def _office(self) -> None:
        self.keys["notice"] = self.invent(Notice, reply_words="").pk
        message = self.invent(
            Message,
            case=self.case,
            message_id=f"<{self.name}@example.org>",
            state="failed",
            failure="The mail server refused it",
            settled_words="",
        )
        self.keys["message"] = message.key
        deadline = deadlines.services.start(
            "DL-10", case=self.case, trigger_at=clock.now(), because="it began", by=self.writer
        )
        self.keys["deadline"] = deadline.pk
        self.keys["job"] = self._job().pk
        # The rules and the bank holidays are the country's: one proposal and one holiday for every case.
        waiting = RuleProposal.objects.waiting().filter(code="DL-14").first()
        self.keys["proposal"] = (waiting or self._proposal()).pk
        self.keys["holiday"] = Holiday.objects.earliest("on").pk
        manager = Membership.objects.get(user=self.people[Role.BUM], role=Role.BUM)
        self.keys["membership"] = manager.pk
        invitation = self._of(
            Invitation,
            self.mark,
            {
                "name": "Somebody invited",
                "email": f"new{self.name}@example.org",
                "invited_by": self.people[Role.BUM],
                "secret_hash": f"{self.name}hash",
                "expires_at": clock.now() + dt.timedelta(days=1),
                "role": Role.REP,
            },
        )
        self.keys["invitation"] = invitation.pk
        self._at_the_door()

    def _at_the_door(self) -> None:
        """Somebody who came in by a work address, of each agency, and somebody who asked for an account."""
        self.keys["partnership_code"] = self.cast.partnership.code.lower()
        for agency, keys in ((self.school, self.keys), (self.hospital_agency, self.hospital)):
            membership = MembershipFactory(
                partnership=self.cast.partnership, agency=agency, role=Role.REFERRER
            )
            address = membership.user.email
            keys["newcomer"] = OwnEntry.objects.create(membership=membership, address=address, chosen=True).pk
        for agency, asker, keys in (
            (self.school, self.people[Role.REFERRER], self.keys),
            (self.hospital_agency, self.writer, self.hospital),
        ):
            question = Consultation.objects.create(
                partnership=self.cast.partnership, agency=agency, asked_by=asker, note="Shall I?"
            )
            keys["consultation"] = question.pk
        self.keys["own_agency"] = self.school.pk
        listed = DirectoryEntry.objects.create(
            partnership=self.cast.partnership,
            agency=self.school,
            name=f"Somebody listed {self.name}",
            phone="01632 960001",
        )
        self.keys["directory_entry"] = listed.pk
        asked = AccountRequest.objects.create(
            partnership=self.cast.partnership,
            email=f"asks{self.name}@example.org",
            name="Somebody who asks",
            phone="01632 960001",
            organisation="A nursery",
        )
        self.keys["account_request"] = asked.pk

    def _job(self) -> Job:
        """What the business manager had made of the case, ready to be fetched."""
        asker = self.people[Role.BUM]
        job = Job.objects.create(
            kind="deadlines.tasks.make_week_sheet", title="Week sheet", requested_by=asker
        )
        content = PDF + self.mark.encode()
        jobs.run(str(job.pk), lambda job: jobs.Made(content, "week-sheet.pdf", frozenset({self.case.pk})))
        return job

    def _proposal(self) -> RuleProposal:
        return deadlines.services.propose_withdrawal(
            "DL-14",
            source="A law",
            effective_from=clock.today(),
            reason="It has changed",
            by=self.people[Role.ADM],
        )

    def let_in(self) -> None:
        """Admit each role in the way in which it is admitted to a case, and have everybody say they know nobody."""
        today, by = clock.today(), self.writer
        admit_standing(self.case, by=by, on=today, why="Accepted")
        for role in (Role.DSL, Role.REP):
            admit(self.case, role=role, agency=self.school, why="Asked", by=by, on=today)
        for role in {Role.REFERRER, *APPOINTED}:
            admit(self.case, role=role, user=self.people[role], why="Appointed", by=by, on=today)
        # Another area is let in, so that there is something to see on the page about it.
        neighbour = PartnershipFactory(name=f"Elsewhere of {self.name}")
        admit(self.case, role=Role.NEIGHBOUR, partnership=neighbour, why="Home area", by=by, on=today)
        has_opened(self.case, *self.people.values())


def people_of(cast: Cast) -> dict[Role, User]:
    """One person of every role; those who act for one agency do so for the school."""
    return {
        role: cast.person(role, agency="school") if role in AT_THE_SCHOOL else getattr(cast, role.value)
        for role in Role
    }
