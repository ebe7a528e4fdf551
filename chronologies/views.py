"""Pages of chronologies: asking, writing, accepting, and the combined one."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from accounts.access_table import Right, Thing
from accounts.models import User
from accounts.roles import BUSINESS_UNIT
from actions.acting import ActForm
from actions.forms import ConfirmForm, ReasonForm
from casework.permissions import roles_with
from casework.transitions import actions_for
from casework.views import ActView, CaseMixin, CasePage, RecordMixin
from chronologies import forms, services
from chronologies.models import (
    Chronology,
    ChronologyState,
    CombinedVersion,
    ContactType,
    Entry,
    Precision,
    writes_it,
)
from deadlines.foreseen import usual_day
from govuk.dates import clock_text, date_text
from lcspr import clock

PER_PAGE: Final = 100

# Colours of agencies in the combined view, by their order in the case; the label says the same in words.
COLOURS: Final = ("teal", "purple", "orange", "magenta", "green", "yellow", "red", "grey")

TAG_OF: Final = {
    ChronologyState.REQUESTED: "waiting",
    ChronologyState.ACKNOWLEDGED: "waiting",
    ChronologyState.IN_PROGRESS: "now",
    ChronologyState.SUBMITTED: "soon",
    ChronologyState.RETURNED: "waiting",
    ChronologyState.ACCEPTED: "done",
    ChronologyState.LOCKED: "done",
}

READERS: Final = roles_with(Right.READ, Thing.OWN_CHRONOLOGY) | roles_with(
    Right.READ, Thing.COMBINED_CHRONOLOGY
)
READERS_OF_ALL: Final = roles_with(Right.READ, Thing.COMBINED_CHRONOLOGY)


class CaseChronologiesView(CasePage):
    """Which agencies were asked, and where each chronology stands: an agency sees its own alone."""

    template_name = "chronologies/case.html"
    page_title = "Chronologies"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.roles & READERS:
            raise PermissionDenied
        found = (
            Chronology.objects.filter(case=self.case).visible_to(self.user).select_related("agency", "author")
        )
        manages = bool(self.roles & BUSINESS_UNIT)
        return {
            "back_href": reverse("desk:case", args=[self.case.pk]),
            "columns": [{"text": text} for text in ("Agency", "Author", "Due", "State")],
            "rows": [_chronology_row(chronology) for chronology in found],
            "may_request": manages and not self.case.is_closed,
            "may_read_combined": bool(self.roles & READERS_OF_ALL),
            **super().get_context_data(**kwargs),
        }


def _chronology_row(chronology: Chronology) -> list[Any]:
    late = " (overdue)" if chronology.is_overdue else ""
    return [
        {
            "text": chronology.agency.name,
            "href": reverse("chronologies:chronology", args=[chronology.pk]),
        },
        chronology.author.name if chronology.author else "–",
        f"{date_text(chronology.due_on)}{late}",
        {"text": chronology.get_state_display(), "tag": TAG_OF.get(chronology.state, "grey")},
    ]


class RequestView(ActForm, CaseMixin):
    form_class = forms.RequestForm
    page_title = "Ask for a chronology"
    done_message = "The agency is asked for its chronology.\nIts representative has been told by e-mail."

    def allowed(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "case": self.case}

    def get_initial(self) -> dict[str, Any]:
        return {"due_on": usual_day(services.DUE, self.case.partnership)}

    def act(self, form: Any) -> None:
        answers = dict(form.cleaned_data)
        author = answers.pop("author")
        services.request_chronology(
            self.case,
            by=self.user,
            at=clock.now(),
            author=User.objects.get(pk=author) if author else None,
            **answers,
        )

    def get_success_url(self) -> str:
        return reverse("chronologies:case", args=[self.case.pk])


class ChronologyView(RecordMixin, TemplateView):
    """One agency's chronology: its entries in order, and the acts on it."""

    model = Chronology
    template_name = "chronologies/chronology.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chronology: Chronology = self.record
        entries = Entry.objects.filter(chronology=chronology).standing().in_order()
        page = Paginator(entries, PER_PAGE).get_page(self.request.GET.get("page"))
        may_write = chronology.is_writable and writes_it(chronology, self.user)
        labels = _labels(self)
        return {
            "page_title": f"Chronology of {chronology.agency}",
            "back_href": reverse("chronologies:case", args=[self.case.pk]),
            "state_tag": TAG_OF.get(chronology.state, "grey"),
            "today": clock.today(),
            "acts": [act for act in actions_for(chronology, self.user) if act.name not in {"begin", "lock"}],
            "entries": [_shown(entry, labels) for entry in page],
            "page": page,
            "query": self.request.GET,
            "may_write": may_write,
            "may_agree_date": chronology.is_writable and bool(self.roles & BUSINESS_UNIT),
            **super().get_context_data(**kwargs),
        }


def _labels(page: CaseMixin) -> dict[uuid.UUID, str]:
    """What the case calls its people, by key."""
    return dict(page.case.subjects.values_list("pk", "label"))


def _shown(entry: Entry, labels: dict[uuid.UUID, str], **more: Any) -> dict[str, Any]:
    """An entry as a row shows it."""
    return {
        "entry": entry,
        "when": _when(entry),
        "persons": ", ".join(labels[key] for key in entry.persons if key in labels),
        **more,
    }


def _when(entry: Entry) -> str:
    """The date as precisely as it is known: "about 3 March 2026", "March 2026", "2026"."""
    day = date_text(entry.event_on)
    match entry.precision:
        case Precision.YEAR:
            return str(entry.event_on.year)
        case Precision.MONTH:
            return day.split(" ", 1)[1]
        case Precision.ABOUT:
            return f"about {day}"
        case _:
            return f"{day}, {clock_text(entry.event_time)}" if entry.event_time else day


class ChronologyAct(ActView):
    model = Chronology
    form_class: Any = ConfirmForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"caption": str(self.record), **super().get_context_data(**kwargs)}

    def get_success_url(self) -> str:
        return reverse("chronologies:chronology", args=[self.record.pk])


class AcknowledgeView(ChronologyAct):
    transition = "acknowledge"
    done_message = "The business unit can see that the request has arrived."

    def act(self, form: Any) -> None:
        services.acknowledge_request(self.record, by=self.user)


class BeginView(ChronologyAct):
    transition = "begin"
    done_message = "The chronology is begun."

    def act(self, form: Any) -> None:
        services.begin_chronology(self.record, by=self.user)


class SubmitView(ChronologyAct):
    transition = "submit"
    done_message = "The chronology is sent in.\nThe business unit looks at it next."

    def act(self, form: Any) -> None:
        services.submit_chronology(self.record, by=self.user, at=clock.now())


class NothingHeldView(ChronologyAct):
    transition = "say_nothing_held"
    form_class = forms.NothingHeldForm
    done_message = "The statement is sent in."

    def act(self, form: Any) -> None:
        services.say_nothing_held(
            self.record, statement=form.cleaned_data["statement"], by=self.user, at=clock.now()
        )


class AcceptView(ChronologyAct):
    transition = "accept"
    done_message = "The chronology is accepted.\nIts entries now stand in the combined chronology."

    def act(self, form: Any) -> None:
        services.accept_chronology(self.record, by=self.user, at=clock.now())


class SendBackView(ChronologyAct):
    transition = "send_back"
    form_class = forms.SendBackForm
    done_message = "The chronology is with the agency again.\nIts author has been told by e-mail."

    def act(self, form: Any) -> None:
        services.return_chronology(self.record, by=self.user, at=clock.now(), **form.cleaned_data)


class AgreeDateView(ActForm, RecordMixin):
    """Agrees with the agency on another date; the clock follows."""

    model = Chronology
    form_class = forms.AgreeDateForm
    page_title = "Agree on another date"
    done_message = "The new date is kept, and the agency has been told."

    def allowed(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT)

    def get_initial(self) -> dict[str, Any]:
        return {"due_on": self.record.due_on}

    def act(self, form: Any) -> None:
        services.agree_another_date(self.record, by=self.user, **form.cleaned_data)

    def get_success_url(self) -> str:
        return reverse("chronologies:chronology", args=[self.record.pk])


class WithdrawView(ChronologyAct):
    transition = "withdraw"
    form_class = ReasonForm
    done_message = "The chronology is no longer asked for."

    def act(self, form: Any) -> None:
        services.withdraw_request(self.record, reason=form.cleaned_data["reason"], by=self.user)


class LockView(ChronologyAct):
    """One chronology is locked with all the others of its case: this leads to the page that does it."""

    transition = "lock"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("chronologies:lock_combined", self.case.pk)

    def act(self, form: Any) -> None:
        services.lock_combined(self.case, by=self.user, at=clock.now())


class EntryPage(ActForm):
    """What adding and correcting an entry share."""

    form_class = forms.EntryForm
    template_name = "chronologies/entry.html"

    @cached_property
    def chronology(self) -> Chronology:
        raise TypeError(f"{type(self).__name__} does not say which chronology it writes in.")

    def allowed(self) -> bool:
        return writes_it(self.chronology, self.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "case": self.case}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"caption": str(self.chronology), **super().get_context_data(**kwargs)}

    def answers(self, form: Any) -> dict[str, Any]:
        """The cleaned form as the services take it."""
        answers = {name: value for name, value in form.cleaned_data.items() if name not in {"version", "key"}}
        return {
            **answers,
            "precision": Precision(answers["precision"]),
            "contact_type": ContactType(answers["contact_type"]),
            "persons": [uuid.UUID(key) for key in answers["persons"]],
        }

    def warn(self, entry: Entry) -> None:
        """Say what is odd about an entry without refusing it."""
        if services.is_before_every_birth(entry):
            messages.warning(
                self.request,
                "This entry is dated before the birth of every child of the case.\n"
                "Check the date. Events before the birth may be included where they matter.",
            )

    def get_success_url(self) -> str:
        return reverse("chronologies:chronology", args=[self.chronology.pk])


class AddEntryView(EntryPage, RecordMixin):
    model = Chronology
    page_title = "Add an entry"
    done_message = "The entry is saved."

    @cached_property
    def chronology(self) -> Chronology:
        chronology: Chronology = self.record
        return chronology

    def act(self, form: Any) -> None:
        answers = self.answers(form)
        self.warn(services.add_entry(self.chronology, by=self.user, key=form.cleaned_data["key"], **answers))


class EntryAct(EntryPage, RecordMixin):
    model = Entry

    @cached_property
    def chronology(self) -> Chronology:
        chronology: Chronology = self.record.chronology
        return chronology


class CorrectEntryView(EntryAct):
    page_title = "Correct the entry"
    done_message = "The entry is corrected.\nWhat it said before stays in the record."

    def get_initial(self) -> dict[str, Any]:
        entry: Entry = self.record
        fields = [name for name in forms.EntryForm.base_fields if name not in {"persons", "key"}]
        initial = {name: getattr(entry, name) for name in fields}
        return {**initial, "persons": [str(key) for key in entry.persons]}

    def act(self, form: Any) -> None:
        version = form.cleaned_data["version"] or 0
        self.warn(services.correct_entry(self.record, version=version, by=self.user, **self.answers(form)))


class WithdrawEntryView(EntryAct):
    form_class = forms.WithdrawEntryForm  # type: ignore[assignment]
    template_name = "casework/act.html"
    page_title = "Withdraw the entry"
    done_message = "The entry is withdrawn."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {name: value for name, value in super().get_form_kwargs().items() if name != "case"}

    def act(self, form: Any) -> None:
        services.withdraw_entry(self.record, reason=form.cleaned_data["reason"], by=self.user, at=clock.now())


class CombinedView(CasePage):
    """Everybody's accepted entries in one table, by date, time and agency."""

    template_name = "chronologies/combined.html"
    page_title = "Combined chronology"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.roles & READERS_OF_ALL:
            raise PermissionDenied
        everything = Entry.objects.filter(case=self.case).combined_for(self.user)
        agencies = list(
            everything.order_by("chronology__agency__name")
            .values_list("chronology__agency", "chronology__agency__short_name")
            .distinct()
        )
        colours = {key: COLOURS[place % len(COLOURS)] for place, (key, _) in enumerate(agencies)}
        names = {str(key): name for key, name in agencies}
        agency, significant = self._filters(names)
        shown = everything.select_related("chronology__agency").in_order()
        if agency:
            shown = shown.filter(chronology__agency=agency)
        if significant:
            shown = shown.filter(significant=True)
        page = Paginator(shown, PER_PAGE).get_page(self.request.GET.get("page"))
        labels = _labels(self)
        manages = bool(self.roles & BUSINESS_UNIT)
        return {
            "back_href": reverse("chronologies:case", args=[self.case.pk]),
            "filter_form": forms.CombinedFilterForm(
                agencies=list(names.items()),
                initial={"agency": agency, "significant": "yes" if significant else ""},
            ),
            "chosen": _chosen(names, agency, significant),
            "clear_href": self.request.path,
            "entries": [
                _shown(
                    entry,
                    labels,
                    agency=entry.chronology.agency.short_name,
                    colour=colours[entry.chronology.agency_id],
                )
                for entry in page
            ],
            "page": page,
            "query": self.request.GET,
            "versions": CombinedVersion.objects.filter(case=self.case)
            .visible_to(self.user)
            .select_related("locked_by"),
            "may_lock": manages,
            **super().get_context_data(**kwargs),
        }

    def _filters(self, names: dict[str, str]) -> tuple[str, bool]:
        """Which agency and whether significant only; anything else in the address is ignored."""
        agency = self.request.GET.get("agency", "")
        return (agency if agency in names else ""), self.request.GET.get("significant") == "yes"


def _chosen(names: dict[str, str], agency: str, significant: bool) -> list[dict[str, str]]:
    chips = []
    if agency:
        chips.append({"text": names[agency], "remove_href": "?significant=yes" if significant else "?"})
    if significant:
        chips.append({"text": "Significant only", "remove_href": f"?agency={agency}" if agency else "?"})
    return chips


class LockCombinedView(ActForm, CaseMixin):
    """Fixes the combined chronology as a version, or says who is still outstanding."""

    form_class = ConfirmForm
    page_title = "Lock the combined chronology"
    done_message = "The combined chronology is locked as a version."

    def allowed(self) -> bool:
        return bool(self.roles & BUSINESS_UNIT)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"blocked": services.not_lockable(self.case), **super().get_context_data(**kwargs)}

    def act(self, form: Any) -> None:
        services.lock_combined(self.case, by=self.user, at=clock.now())

    def get_success_url(self) -> str:
        return reverse("chronologies:combined", args=[self.case.pk])
