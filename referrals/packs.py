"""The notification pack: what is known already, in the order in which a notifier keys it nationally (domain F-02).

A pack is a list of sections, each with `title` and `lines`; a line has `id`, `label`, `value`, whether it is
`identifying`, whether the national form `needs` it, and `from`, which says where it is answered. It is plain JSON, so
that a version is kept as it was and two can be compared (`referrals.rules.changes`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils import timezone

from casework.models import Case, Outcome, Part, Subject
from decisions.kinds import CriteriaOutcome
from decisions.models import Decision
from decisions.standing import name_of
from govuk.dates import clock_text, date_text
from referrals import rules
from referrals.answers import AGENCIES, CHILDREN, FAMILY, in_full, questions_of
from referrals.models import (
    AbuseOrNeglect,
    DeathKind,
    NotificationPack,
    Referral,
    ReferralState,
    SeriousIncidentNotification,
    kind_owed,
)
from referrals.questions.asking import Question
from referrals.services.clocks import authority_that_owes, lives_elsewhere
from referrals.standing import criteria_decisions
from referrals.summaries import Summary

Line = dict[str, Any]
Section = dict[str, Any]

# Where a line is answered.
REFERRAL: Final = "referral"
PREPARATION: Final = "preparation"
CASE: Final = "case"
DECISION: Final = "decision"

# What only the national form asks, by key of `SeriousIncidentNotification.prepared`: label and hint.
ASKED: Final[Mapping[str, tuple[str, str]]] = {
    "notifier_name": ("Name of the notifier", ""),
    "notifier_role": ("Role of the notifier", ""),
    "notifier_phone": ("Telephone number of the notifier", ""),
    "notifier_email": ("E-mail address of the notifier", ""),
    "deputy": ("Who answers questions when the notifier is away", "Name and telephone number"),
    "linked": ("National references of linked notifications", "For example of a brother or sister"),
    "setting": (
        "Regulated setting, if the child was in one",
        "Its name, kind and unique reference number (URN)",
    ),
    "arrests": ("Arrests made", ""),
    "media_lines": ("Lines agreed for the media", ""),
}
SUPPLIED: Final = "supplied"
NEEDED_PREPARED: Final = ("notifier_name", "notifier_role", "notifier_phone", "notifier_email")


def pack_of(notification: SeriousIncidentNotification) -> list[Section]:
    """The pack as it stands now, from the referrals, the children, the decision and the preparation."""
    return _Gathering(notification).sections()


def kept_content(pack: NotificationPack) -> list[Section]:
    """What a kept version said."""
    content: list[Section] = json.loads(pack.content)
    return content


def missing_in(sections: Iterable[Section]) -> list[tuple[Section, Line]]:
    """Every line that the national form needs and that has no value yet."""
    return [
        (section, line)
        for section in sections
        for line in section["lines"]
        if line["needs"] and not line["value"]
    ]


def masked(sections: Iterable[Section]) -> list[Section]:
    """The pack without what identifies, for a page on which the names are not opened."""
    return [
        {
            **section,
            "title": section.get("plain_title") or section["title"],
            "lines": [
                {**line, "value": "", "hidden": bool(line["value"])} if line["identifying"] else line
                for line in section["lines"]
            ],
        }
        for section in sections
    ]


def warnings_of(notification: SeriousIncidentNotification) -> list[str]:
    """What the notifier must mind before keying, beside what is missing."""
    case = notification.case
    children = list(case.subjects.filter(part=Part.CHILD).select_related("person"))
    found = []
    if len(children) > rules.MOST_CHILDREN_LISTED:
        found.append(
            f"There are {len(children)} children. The national form lists four; the others stand under “Further children and information”."
        )
    if case.outside_england:
        found.append(
            "It happened outside England, so the authority where the child normally lives notifies: "
            f"{authority_that_owes(case) or 'not known yet'}."
        )
    if lives_elsewhere(case):
        found.append(
            f"The child’s home is in another area, {case.home_la}. Its partnership must be told as well."
        )
    for child in children:
        if child.unborn:
            found.append(
                f"{child.label} was not born yet: key the expected date where the form asks for a date of birth."
            )
        if kind := kind_owed(child):
            found.append(
                f"{DeathKind(kind).label} ({child.label}): tick that reason as well; the notice to the Secretary of State "
                "and Ofsted is owed whatever the cause."
            )
    return found


class _Gathering:
    """Puts the pack of one notification together."""

    def __init__(self, notification: SeriousIncidentNotification) -> None:
        self.notification = notification
        self.case: Case = notification.case
        self.prepared: Mapping[str, Any] = notification.prepared or {}
        self.supplied: Mapping[str, str] = self.prepared.get(SUPPLIED) or {}
        sent = self.case.referrals.exclude(state__in=[ReferralState.DRAFT, ReferralState.WITHDRAWN])
        self.referrals = list(
            sent.select_related("partnership", "agency", "incident_la", "home_la", "draft").order_by(
                "received_at"
            )
        )
        self.summaries = [self._summary(referral) for referral in self.referrals]
        self.children = list(
            self.case.subjects.filter(part=Part.CHILD).select_related("person").prefetch_related("referred")
        )
        listed = set(notification.listed.values_list("pk", flat=True))
        self.listed = [child for child in self.children if child.pk in listed] or self.children[
            : rules.MOST_CHILDREN_LISTED
        ]
        self.others = [child for child in self.children if child not in self.listed]

    def sections(self) -> list[Section]:
        """The sections, in the order of the national form."""
        found = [
            self._section("notifier", "Notifier", self._notifier()),
            self._section("reason", "Reason for notifying", self._reason()),
            self._section("incident", "Incident", self._incident()),
        ]
        for number, child in enumerate(self.listed, start=1):
            found.append(self._child(number, child))
        found += [
            self._section("family", "Family network", self._family()),
            self._section("setting", "Setting", [self._asked("setting")]),
            self._section("agencies", "Agencies", self._agencies()),
            self._section("police", "Police and courts", self._police()),
            self._section("media", "Media", self._media()),
            self._section("safety", "Immediate action for safety", self._safety()),
            self._section("decision", "Safeguarding partners", self._decision()),
            self._section("further", "Further children and information", self._further()),
        ]
        return found

    # Lines

    def _section(self, key: str, title: str, lines: list[Line], *, plain_title: str = "") -> Section:
        for line in lines:
            line["id"] = f"{key}.{line['id']}"
            if not line["value"] and (said := self.supplied.get(line["id"])):
                line["value"], line["note"], line["from"] = said, "Supplied by the notifier", PREPARATION
        return {"id": key, "title": title, "plain_title": plain_title, "lines": lines}

    def _line(
        self,
        key: str,
        label: str,
        value: Any,
        *,
        needs: bool = False,
        identifying: bool = False,
        source: str = REFERRAL,
        note: str = "",
    ) -> Line:
        return {
            "id": key,
            "label": label,
            "value": str(value) if value not in (None, "") else "",
            "needs": needs,
            "identifying": identifying,
            "from": source,
            "note": note,
        }

    def _asked(self, key: str) -> Line:
        label, _ = ASKED[key]
        needs = key in NEEDED_PREPARED
        return self._line(key, label, self.prepared.get(key), needs=needs, source=PREPARATION)

    def _answer(self, question: str, label: str, *, needs: bool = False, key: str = "") -> Line:
        """What the referrals say, the earliest that knows it first; where another differs, that is noted."""
        said = [(text, summary.referral) for summary in self.summaries if (text := summary.said(question))]
        value = said[0][0] if said else ""
        others = [f"{_who(referral)} says: {text}" for text, referral in said[1:] if text != value]
        return self._line(key or question, label, value, needs=needs, note="; ".join(others))

    # Sections

    def _notifier(self) -> list[Line]:
        return [
            self._line(
                "authority",
                "Local authority that notifies",
                authority_that_owes(self.case),
                needs=True,
                source=CASE,
            ),
            *(self._asked(key) for key in (*NEEDED_PREPARED, "deputy", "linked")),
        ]

    def _reason(self) -> list[Line]:
        kinds = {kind_owed(child) for child in self.children}
        abuse = self._abuse()
        outcomes = {child.outcome for child in self.children}
        reasons = []
        if abuse and Outcome.DIED in outcomes:
            reasons.append("Death of a child; abuse or neglect is known or suspected")
        if abuse and Outcome.SERIOUSLY_HARMED in outcomes:
            reasons.append("Serious harm to a child; abuse or neglect is known or suspected")
        reasons += [str(DeathKind(kind).label) for kind in sorted(kinds) if kind]
        return [self._line("reasons", "Reasons", "\n".join(reasons), needs=True)]

    def _abuse(self) -> str:
        said = {referral.abuse_or_neglect for referral in self.referrals}
        for answer in (AbuseOrNeglect.KNOWN, AbuseOrNeglect.SUSPECTED):
            if answer in said:
                return str(answer.label)
        # The partners found the criteria met, whatever the referral said.
        return str(AbuseOrNeglect.SUSPECTED.label) if self.notification.basis else ""

    def _incident(self) -> list[Line]:
        case = self.case
        day = date_text(case.incident_from) if case.incident_from else ""
        if case.incident_until and case.incident_until != case.incident_from:
            day = f"{day} to {date_text(case.incident_until)}"
        estimate = "The date is an estimate" if case.incident_approximate else ""
        abroad = case.outside_england
        return [
            self._line("date", "Date of the incident", day, needs=True, source=CASE, note=estimate),
            self._answer("incident_time", "Time of day"),
            self._line(
                "aware",
                "When the local authority became aware",
                _moment(case.la_aware_at) if case.la_aware_at else "",
                needs=True,
                source=CASE,
            ),
            self._answer("place", "Kind of place", needs=True),
            self._answer("place_name", "Name or address of the place"),
            self._line(
                "outside_england", "Outside England", "Yes" if abroad else "No", needs=True, source=CASE
            ),
            *([self._answer("country", "Country", needs=True)] if abroad else []),
            *(
                []
                if abroad
                else [self._line("area", "Area where it happened", case.incident_la, needs=True, source=CASE)]
            ),
            self._line("home", "Area where the child normally lives", case.home_la, needs=True, source=CASE),
            self._line("summary", "Summary", self.notification.summary, needs=True, source=PREPARATION),
            self._line("abuse", "Abuse or neglect", self._abuse(), needs=True),
            self._answer("harm_types", "Nature of the harm", needs=True),
            self._answer("context", "What played a part"),
            self._answer("method", "How, or with what"),
            self._answer("by_whom", "Who is thought to have done it"),
            self._line("suicide", "Suspected suicide", self._suicide()),
            self._answer("how_found", "How it came to light"),
        ]

    def _suicide(self) -> str:
        for child in self.children:
            for answers in self._answers_about(child):
                if answers.get("cause_of_death") == "suicide":
                    return "Yes"
        return "No"

    def _child(self, number: int, child: Subject) -> Section:
        person, said = child.person, self._said_of(child)
        happened = self.case.incident_from or (
            timezone.localtime(self.case.opened_at, timezone.get_default_timezone()).date()
        )
        age = rules.age_on(person.born_on, happened)
        born = self._line(
            "born",
            "Date of birth",
            person.born_on and date_text(person.born_on),
            needs=True,
            identifying=True,
        )
        if child.unborn:
            expected = person.expected_on and date_text(person.expected_on)
            born = self._line("expected", "Not born yet: expected on", expected, needs=True, identifying=True)
        estimate = said("age_estimate")
        years = "Under 1" if age == 0 else age
        died = child.outcome == Outcome.DIED
        lines = [
            self._line("forenames", "First names", person.forenames, needs=True, identifying=True),
            self._line("surname", "Last name", person.surname, identifying=True),
            self._line("other_names", "Also known as", person.other_names, identifying=True),
            born,
            self._line(
                "age",
                "Age when it happened",
                "Not born yet" if child.unborn else (estimate if age is None else years),
                needs=True,
            ),
            self._line("outcome", "What happened to the child", child.get_outcome_display(), needs=True),
            *(
                [
                    self._line(
                        "died",
                        "Date of death",
                        person.died_on and date_text(person.died_on),
                        needs=True,
                        identifying=True,
                    ),
                    self._line(
                        "cause", "Thought to have caused the death", said("cause_of_death"), needs=True
                    ),
                ]
                if died
                else [self._line("condition", "How the child is now", said("condition"))]
            ),
            self._line("sex", "Sex", said("sex"), needs=True),
            self._line("gender", "Gender", said("gender_identity")),
            self._line("ethnicity", "Ethnicity", said("ethnicity"), needs=True),
            self._line("disability", "Disability", said("disability"), needs=True),
            self._line("address", "Home address", person.address, needs=True, identifying=True),
            self._line(
                "la_reference", "Children’s social care case number", person.la_reference, identifying=True
            ),
            self._line("looked_after", "Looked after", "Yes" if child.looked_after else "No", needs=True),
            self._line("care_leaver", "Care leaver", "Yes" if child.care_leaver else "No"),
            self._line("legal_status", "Legal status", said("legal_status"), needs=True),
            self._line("placement", "Placement", said("placement"), needs=child.looked_after),
            self._line("responsible", "Authority that looks after the child", said("responsible_la")),
            self._line("csc_status", "Known to children’s social care as", said("csc_status"), needs=True),
            self._line("cp_plan", "Child protection plan", self._on_a_plan(child), needs=True),
            self._line("csc_before", "Known before as", said("csc_before")),
            self._line("known", "Known to any agency", self._known(child), needs=True),
            self._line("education", "Education", said("education"), needs=True),
            self._line("school", "School or setting", said("school")),
        ]
        return self._section(
            f"child-{child.pk}",
            f"Child {number} of {len(self.listed)}: {person.full_name or child.label}",
            lines,
            plain_title=f"Child {number} of {len(self.listed)}: {child.label}",
        )

    def _on_a_plan(self, child: Subject) -> str:
        answers = self._answers_about(child)
        if any(each.get("csc_status") == "cp_plan" for each in answers):
            return "Yes"
        if any("cp_plan" in (each.get("csc_before") or []) for each in answers):
            return "Not now; earlier"
        known = [each for each in answers if each.get("csc_status") not in (None, "", "not_known")]
        return "No" if known else ""

    def _known(self, child: Subject) -> str:
        named = [each for summary in self.summaries for each in summary.members(AGENCIES)]
        known = {each.get("csc_status") for each in self._answers_about(child)}
        if named or known - {None, "", "not_known", "not_known_to"}:
            return "Yes"
        return "No" if "not_known_to" in known else ""

    def _answers_about(self, child: Subject) -> list[Mapping[str, Any]]:
        return [named.answers for named in child.referred.all()]

    def _said_of(self, child: Subject) -> Any:
        """What the referrals say of one child, by question."""
        by_referral = {named.referral_id: named.answers for named in child.referred.all()}

        def said(question: str) -> str:
            for summary in self.summaries:
                answers = by_referral.get(summary.referral.pk)
                if answers and (text := summary.said(question, group=CHILDREN, answers=answers)):
                    return text
            return ""

        return said

    def _family(self) -> list[Line]:
        lines = []
        relatives = self.case.subjects.exclude(part=Part.CHILD).select_related("person")
        for relative in relatives.prefetch_related("referred_as_relative"):
            facts: list[str] = []
            for named in relative.referred_as_relative.all():
                summary = next((s for s in self.summaries if s.referral.pk == named.referral_id), None)
                if summary is not None and not facts:
                    for question in ("relation", "lived_with", "ethnicity", "part_in_it", "also_harmed"):
                        if text := summary.said(question, group=FAMILY, answers=named.answers):
                            wording = summary.question(question, FAMILY)
                            facts.append(text if question == "relation" else f"{wording} {text}")
            person = relative.person
            born = f", born {date_text(person.born_on)}" if person.born_on else ""
            lines += [
                self._line(
                    f"{relative.pk}-name",
                    f"{relative.label}: name",
                    f"{person.full_name}{born}".strip(", "),
                    identifying=True,
                ),
                self._line(f"{relative.pk}-facts", relative.label, "\n".join(facts)),
            ]
        return lines or [self._answer("family_known", "Why nobody is named")]

    def _agencies(self) -> list[Line]:
        named: list[str] = []
        for summary in self.summaries:
            named += [summary.name_of(AGENCIES, each) for each in summary.members(AGENCIES)]
        told = []
        for summary in self.summaries:
            for choice, label in summary.chosen("notified"):
                on = summary.said(f"notified_{choice}_on")
                told.append(f"{label}, {on}" if on else label)
        return [
            self._line("involved", "Agencies involved", "\n".join(rules.distinct(named))),
            self._line("told", "Agencies told", "\n".join(rules.distinct(told)), needs=True),
        ]

    def _police(self) -> list[Line]:
        criminal = any("criminal" in summary.values("processes") for summary in self.summaries)
        known = any(summary.said("processes") for summary in self.summaries)
        return [
            self._line(
                "investigation",
                "Police investigation",
                "Yes" if criminal else ("No" if known else ""),
                needs=True,
            ),
            self._answer("process_criminal", "How it stands"),
            self._answer("crime_reference", "Police crime reference"),
            self._asked("arrests"),
            self._answer("processes", "Other proceedings"),
        ]

    def _media(self) -> list[Line]:
        return [
            self._answer("media", "Media interest", needs=True),
            self._answer("media_details", "What is known of it"),
            self._asked("media_lines"),
        ]

    def _safety(self) -> list[Line]:
        kept_safe = []
        for relative in self.case.subjects.filter(part=Part.SIBLING).prefetch_related("referred_as_relative"):
            kept_safe += [
                f"{relative.label}: {named.answers['kept_safe']}"
                for named in relative.referred_as_relative.all()
                if named.answers.get("kept_safe")
            ]
        return [
            self._answer("safe_now", "Are the children safe now?", needs=True),
            self._answer("safety_actions", "What was done at once", needs=True),
            self._answer("strategy_on", "Strategy discussion"),
            self._line("siblings", "Brothers and sisters", "\n".join(kept_safe)),
        ]

    def _decision(self) -> list[Line]:
        asked = criteria_decisions(self.case)
        decision = next((each for each in asked if each.outcome), next(iter(asked), None))
        views = list(decision.live_views()) if decision is not None else []
        said = "\n".join(
            f"{_capital(name_of(view.partner))}: {view.get_outcome_display()}, {date_text(view.given_on)}"
            for view in views
        )
        return [
            self._line(
                "consulted",
                "Safeguarding partners consulted",
                "Yes" if views else "No",
                needs=True,
                source=DECISION,
            ),
            self._line("views", "Their views", said, source=DECISION),
            self._line(
                "met",
                "Criteria for a rapid review met",
                _met(decision, self.notification),
                needs=True,
                source=DECISION,
            ),
            self._line("dissent", "Who differs", self.notification.dissent, source=DECISION),
        ]

    def _further(self) -> list[Line]:
        lines = []
        for child in self.others:
            person = child.person
            born = person.born_on or person.expected_on
            lines.append(
                self._line(
                    f"{child.pk}-name",
                    f"{child.label}: name and date of birth",
                    ", ".join(filter(None, [person.full_name, date_text(born) if born else ""])),
                    needs=True,
                    identifying=True,
                )
            )
            lines.append(
                self._line(
                    f"{child.pk}-outcome", f"{child.label}: what happened", child.get_outcome_display()
                )
            )
        lines.append(
            self._line(
                "information",
                "Further information",
                self.notification.further_information,
                needs=bool(self.others),
                source=PREPARATION,
            )
        )
        return lines

    def _summary(self, referral: Referral) -> _Said:
        return _Said(referral)


class _Said:
    """What one referral says, question by question, in words; nothing for “not known yet”."""

    def __init__(self, referral: Referral) -> None:
        self.referral = referral
        questions = questions_of(referral)
        people: dict[str, Any] = {CHILDREN: referral.children.all(), FAMILY: referral.relatives.all()}
        members = {group: [{**row.answers, "key": row.key} for row in rows] for group, rows in people.items()}
        answers = in_full(referral, {**referral.answers, **members})
        self.summary = Summary(questions, answers, referral.partnership)
        self.questions: dict[tuple[str, str], Question] = {}
        for section, page, question in questions.questions():
            group = section.group.id if section.group and page in section.group.pages else ""
            self.questions[group, question.id] = question
        self.groups = questions.groups

    def said(self, name: str, *, group: str = "", answers: Mapping[str, Any] | None = None) -> str:
        """One answer in words; "" where there is none, or nothing but “not known yet”."""
        given = self.summary.answers if answers is None else answers
        question = self.questions.get((group, name))
        if question is None or given.get(name) in (None, "", [], "not_known", ["not_known"]):
            return ""
        return self.summary.said(question, given)

    def question(self, name: str, group: str = "") -> str:
        """The wording of a question."""
        return self.questions[group, name].wording

    def values(self, name: str) -> list[str]:
        """What was ticked."""
        given = self.summary.answers.get(name)
        return [str(each) for each in given] if isinstance(given, list) else []

    def chosen(self, name: str) -> list[tuple[str, str]]:
        """What was ticked, each with its words."""
        labels = {each.value: each.label for each in self.questions["", name].choices}
        return [(value, labels[value]) for value in self.values(name) if value in labels and value != "none"]

    def members(self, group: str) -> list[Mapping[str, Any]]:
        """The agencies it names."""
        return list(self.summary.answers.get(group) or [])

    def name_of(self, group: str, member: Mapping[str, Any]) -> str:
        """What to call one of them."""
        return self.summary.name_of(self.groups[group], member)


def _met(decision: Decision | None, notification: SeriousIncidentNotification) -> str:
    if decision is None:
        return ""
    if decision.decided_alone:
        return "The local authority holds that they are, and notifies although a partner disagrees"
    if decision.outcome == CriteriaOutcome.MET:
        return "Yes: the three safeguarding partners agree"
    return str(notification.get_basis_display())


def _who(referral: Referral) -> str:
    return str(referral.agency or referral.from_body or "Another referral")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _moment(at: dt.datetime) -> str:
    local = timezone.localtime(at, timezone.get_default_timezone())
    return f"{date_text(local.date())} at {clock_text(local.time())}"
