"""What stands between a report and the public, and the acts that clear it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.access_table import Right, Thing
from accounts.roles import BUSINESS_UNIT
from actions.acting import ActForm
from casework.models import Person
from casework.transitions import actions_for
from casework.views import ActView, CaseMixin, RecordMixin
from correspondence.models import Notice, NoticeSubject
from deadlines.calendars import calendar_named
from decisions.models import Hold
from govuk.dates import date_text
from lcspr import clock
from panels.models import Review
from publication import forms, services, standing
from publication.gates import GATES, GateKind
from publication.models import FamilyReading, GateTick, Outcome, Publication, PublicationState
from publication.rules import publishing
from publication.rules.publishing import NAMES
from publication.services import signing_off
from publication.services.holding import MAY_TELL, Reasons
from publication.services.publishing import MAY_ASK


class ToPublication:
    """Where the acts here lead back to."""

    record: Any

    def get_success_url(self) -> str:
        return reverse("publication:publication", args=[self.record.pk])


class PublicationAct(ToPublication, ActView):
    """The page of one transition of a publication."""

    model = Publication
    form_class: type[Any] = forms.ConfirmForm


class PublicationForm(ToPublication, ActForm, RecordMixin):
    """The page of an act that is no transition."""

    model = Publication
    roles_for: ClassVar[frozenset[Any]] = BUSINESS_UNIT

    def allowed(self) -> bool:
        return bool(self.roles & self.roles_for)


class CasePublicationView(CaseMixin):
    """Leads from a case to its latest publication; 404 when there is none the person may read."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = Publication.objects.visible_to(self.user).filter(case=self.case).first()
        if found is None:
            raise Http404
        return redirect("publication:publication", pk=found.pk)


class PublicationView(RecordMixin, TemplateView):
    """What stands between this report and the public: the gates, what blocks first, and the first possible day."""

    model = Publication
    template_name = "publication/publication.html"

    @property
    def page_title(self) -> str:
        if self.record.may_still_change:
            return "What stands between this report and the public"
        return str(self.record.get_state_display())

    @cached_property
    def prepares(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT) and self.record.may_still_change

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        publication: Publication = self.record
        gates = gate_rows(publication, roles=self.roles, user=self.user)
        return {
            "page_title": self.page_title,
            "caption": str(self.case),
            "prepares": self.prepares,
            "gates": sorted(gates, key=lambda gate: gate["open"]),
            "open_gates": sum(gate["open"] for gate in gates),
            "acts": [
                _link(act, publication)
                for act in actions_for(publication, self.user)
                if act.name != "take_back_publication" or not act.reasons
            ],
            "reads_family": self.may(Right.READ, Thing.FAMILY_LOG),
            "may_agree": self.may(Right.WRITE, Thing.FAMILY_LOG) and publication.may_still_change,
            "readings": FamilyReading.objects.visible_to(self.user).filter(publication=publication),
            "family_warnings": standing.family_warnings(publication) if publication.may_still_change else [],
            "gives_copy": bool(self.roles & BUSINESS_UNIT) and publication.is_public,
            "repository_copies": Notice.objects.visible_to(self.user).filter(
                case=self.case, subject=NoticeSubject.REPOSITORY_COPY
            ),
            "copies": copy_rows(publication),
            "holds": Hold.objects.filter(case=self.case).on_publication(),
            "questions": standing.asked_about(publication),
            "may_ask": bool(self.roles & MAY_ASK),
            "may_tell": bool(self.roles & MAY_TELL),
            "wants_reasons": publication.outcome != Outcome.FULL,
            "is_held": publication.state == PublicationState.HELD,
            "name_hints": self._name_hints(),
            "today": clock.today(),
            "back_href": reverse("desk:case", args=[self.case.pk]),
            **self._days(publication),
            **super().get_context_data(**kwargs),
        }

    def _days(self, publication: Publication) -> dict[str, Any]:
        if publication.state != PublicationState.PREPARING or publication.outcome == Outcome.NONE:
            return {}
        planned, calendar = publication.planned_on, calendar_named()
        last = publishing.last_copy_on(standing.copies_of(publication))
        return {
            "first_day": services.first_day(publication),
            "send_by": publishing.send_copies_by(planned, calendar) if planned else None,
            "tight": planned and last and publishing.is_tight(planned, last, calendar),
        }

    def _name_hints(self) -> list[str]:
        """Public words that are also part of a name in the case; only those who prepare are told."""
        if not self.prepares:
            return []
        texts = {
            "the public title": self.record.public_title,
            "the name used in public": self.record.public_pseudonym,
            "the summary": self.record.summary,
            "the statement": self.record.statement,
            "the improvements": self.record.improvements,
        }
        people = Person.objects.filter(case=self.case)
        names = [name for person in people for name in (person.forenames, person.surname, person.other_names)]
        return publishing.texts_with_names(texts, names)


def _link(act: Any, publication: Publication) -> dict[str, Any]:
    return {
        "label": act.label,
        "href": reverse(f"publication:{act.name}", args=[publication.pk]),
        "reasons": act.reasons,
        "warning": act.name in {"withdraw", "take_back_publication"},
    }


def gate_rows(publication: Publication, *, roles: Any, user: Any) -> list[dict[str, Any]]:
    """Each gate with its state, who ticked it and on what, and what this person may do."""
    rows = []
    for kind, ticks in standing.ticks_by_gate(publication).items():
        rule = GATES[kind]
        missing = publishing.people_missing(rule.people, [tick.by_id for tick in ticks])
        may_tick = (
            bool(missing and roles & rule.who)
            and publication.may_still_change
            and user.pk not in {tick.by_id for tick in ticks}
        )
        rows.append(
            {
                "title": kind.label,
                "hint": rule.hint,
                "open": not missing,
                "status": "Open" if not missing else "Second person needed" if ticks else "Not yet",
                "ticks": [
                    {
                        "tick": tick,
                        "may_strike": publication.may_still_change
                        and (tick.by_id == user.pk or bool(roles & BUSINESS_UNIT)),
                    }
                    for tick in ticks
                ],
                "href": reverse("publication:tick", args=[publication.pk, kind.value]) if may_tick else "",
            }
        )
    reasons = standing.not_signed_off(publication)
    rows.append(
        {
            "title": "Signed off by the three partners, and the independent chair where they have a part",
            "hint": " ".join(reasons),
            "open": not reasons,
            "status": "Open" if not reasons else "Not yet",
            "ticks": [],
            "href": "",
        }
    )
    return rows


def copy_rows(publication: Publication) -> list[dict[str, Any]]:
    """Who was sent a copy, and when."""
    return [
        {
            "key": f"{NAMES[to][:1].upper()}{NAMES[to][1:]}",
            "value": date_text(on) if on else "",
            "empty": "Not sent yet",
        }
        for to, on in standing.copies_of(publication).items()
    ]


class OpenView(ActForm, RecordMixin):
    """Begins to prepare publication for a review that was signed off."""

    model = Review
    form_class = forms.ConfirmForm
    page_title = "Prepare what becomes public"
    done_message = "Publication is being prepared."

    def allowed(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT)

    def act(self, form: Any) -> None:
        self.opened = services.open_publication(self.record, by=self.user)

    def get_success_url(self) -> str:
        opened = getattr(self, "opened", None)
        if opened is None:
            return reverse("desk:case", args=[self.case.pk])
        return reverse("publication:publication", args=[opened.pk])


class SignOffReportView(ActView):
    """Signs off the report and begins its publication (T35): the hand-off that this app owns."""

    model = Review
    transition = "sign_off_report"
    form_class = forms.SignOffForm
    done_message = "The report is signed off.\nPrepare what becomes public. The action plan runs from now on."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "justify": bool(signing_off.why_not_justified(self.record))}

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        justification = reasons_from(given) if given.get("words") else None
        return services.sign_off_report(
            self.record, by=self.user, on=clock.today(), justification=justification
        )


def reasons_from(given: dict[str, Any]) -> Reasons:
    """The letter of reasons as a form gave it."""
    return Reasons(
        sent_at=given["sent_at"], how=given["how"], words=given["words"], proof=given.get("proof") or None
    )


class PrepareView(PublicationForm):
    form_class = forms.PrepareForm
    page_title = "Write what becomes public"
    done_message = "It is saved."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "publication": self.record}

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in (*services.WORDS, "version")}

    def act(self, form: Any) -> None:
        given = dict(form.cleaned_data)
        services.prepare_publication(
            self.record,
            version=given.pop("version"),
            report=given.pop("report", None) or None,
            by=self.user,
            **given,
        )


class TakeOutReportView(PublicationForm):
    form_class = forms.ConfirmForm
    page_title = "Take the report out"
    done_message = "The report is taken out. It stays in the case."

    def act(self, form: Any) -> None:
        services.take_out_report(self.record, by=self.user)


class PlanView(PublicationForm):
    form_class = forms.PlanForm
    page_title = "Plan the day of publication"
    done_message = "The day is planned.\nCopies go at least seven working days before."

    def get_initial(self) -> dict[str, Any]:
        return {"planned_on": self.record.planned_on or services.first_day(self.record)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = date_text(services.first_day(self.record))
        return {
            "explanation": [f"If what has not been sent goes today, {first} is the first possible day."],
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> None:
        services.plan_publication(self.record, planned_on=form.cleaned_data["planned_on"], by=self.user)


class TickView(PublicationForm):
    form_class = forms.TickForm
    done_message = "The gate is ticked."

    @cached_property
    def gate(self) -> GateKind:
        try:
            return GateKind(self.kwargs["gate"])
        except ValueError as error:
            raise Http404 from error

    @property
    def page_title(self) -> str:
        return str(self.gate.label)

    def allowed(self) -> bool:
        return bool(self.roles & GATES[self.gate].who)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "gate": self.gate}

    def act(self, form: Any) -> None:
        given = form.cleaned_data
        services.tick_gate(
            self.record,
            gate=self.gate,
            on=given["on"],
            evidence=given["evidence"],
            document=given["document"] or None,
            by=self.user,
        )


class StrikeView(ActForm, RecordMixin):
    model = GateTick
    form_class = forms.ReasonForm
    page_title = "This no longer holds"
    done_message = "The tick is struck out."

    def allowed(self) -> bool:
        return self.record.by_id == self.user.pk or bool(self.roles & BUSINESS_UNIT)

    def act(self, form: Any) -> None:
        services.strike_tick(self.record, reason=form.cleaned_data["reason"], by=self.user)

    def get_success_url(self) -> str:
        return reverse("publication:publication", args=[self.record.publication_id])


class CopiesView(PublicationForm):
    form_class = forms.CopiesForm
    page_title = "Record copies sent ahead"
    done_message = "The copies are recorded."

    def act(self, form: Any) -> None:
        given = form.cleaned_data
        services.record_copies(
            self.record,
            to=given["to"],
            sent_at=given["sent_at"],
            how=given["how"],
            words=given["words"],
            proof=given["proof"] or None,
            by=self.user,
        )


class HoldPublicationView(PublicationAct):
    transition = "hold_publication"
    form_class = forms.HoldPublicationForm
    done_message = "Publication is held.\nActions go on, and the statutory clocks run on."

    def act(self, form: Any) -> Any:
        given = form.cleaned_data
        reasons = reasons_from(given) if given["told"] else None
        return services.hold_publication(self.record, by=self.user, reasons=reasons)


class ReleasePublicationView(PublicationAct):
    transition = "release_publication"
    form_class = forms.PlanForm
    done_message = "Publication is released.\nThe copies sent ahead announce the day it is published: send them now, or again."

    def act(self, form: Any) -> Any:
        return services.release_publication(
            self.record, planned_on=form.cleaned_data["planned_on"], by=self.user
        )


class _ReasonsView(PublicationForm):
    form_class = forms.ReasonsForm
    roles_for = MAY_TELL
    done_message = "The reasons are recorded."


class DelayReasonsView(_ReasonsView):
    page_title = "Record the reasons for delay"

    def act(self, form: Any) -> None:
        services.record_delay_reasons(self.record, reasons=reasons_from(form.cleaned_data), by=self.user)


class NonPublicationReasonsView(_ReasonsView):
    page_title = "Record the reasons for not publishing"

    def act(self, form: Any) -> None:
        services.record_reasons_for_not_publishing(
            self.record, reasons=reasons_from(form.cleaned_data), by=self.user
        )
