"""The pages of Settings, for business managers."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.generic import FormView, TemplateView

from accounts.models import AccountRequest, Agency, DirectoryEntry, Partnership, PartnershipAgency
from accounts.second_step import signed_in
from accounts.services import Refused, asks_which_agency
from accounts.views.people import ManagerView
from casework import audit
from casework.models import Event
from desk.settings import services
from desk.settings.forms import (
    AddAgencyForm,
    ContactsForm,
    DecidingForm,
    DomainsForm,
    EndAgencyForm,
    EntryForm,
    NamesForm,
    RemoveEntryForm,
)


class SettingsPage(ManagerView):
    """A page of Settings of one partnership, with what was last changed on it."""

    verbs: ClassVar[tuple[str, ...]] = ()

    def href(self, name: str, *args: Any) -> str:
        return f"{reverse(name, args=args)}?{urlencode({'partnership': str(self.partnership.pk)})}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        past = services.history(self.partnership, *self.verbs) if self.verbs else []
        return super().get_context_data(  # type: ignore[misc]
            **{
                "caption": self.partnership.name,
                "chosen": self.partnership,
                "history": [_told(event) for event in past],
                "query": urlencode({"partnership": str(self.partnership.pk)}),
                "back_href": self.href("desk:settings"),
                "back_text": "Settings",
                **kwargs,
            }
        )


def _told(event: Event) -> dict[str, Any]:
    said = audit.payload_of(event)
    return {
        "at": event.at,
        "who": event.actor,
        "words": said.get("words", ""),
        "changes": said.get("changes", []),
    }


class SettingsView(SettingsPage, TemplateView):
    """Where everything that a partnership settles for itself is found."""

    template_name = "desk/settings/settings.html"
    page_title = "Settings"
    verbs = services.VERBS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asking = AccountRequest.objects.filter(partnership=self.partnership, settled_at=None).count()
        return super().get_context_data(
            others=[each for each in self.managed if each != self.partnership],
            asking=asking,
            back_href="",
            **kwargs,
        )


class SettingsAct(SettingsPage, FormView):
    """A form whose act is refused in words beside it, or because a colleague was faster."""

    template_name = "desk/settings/form.html"
    lead: ClassVar[str] = ""

    def shown(self) -> dict[str, Any]:
        """What the page shows and the stamp is made of."""
        raise NotImplementedError

    def get_initial(self) -> dict[str, Any]:
        shown = self.shown()
        return {**shown, "seen": services.stamp(shown)}

    def act(self, form: Any) -> str:
        raise NotImplementedError

    def then(self) -> str:
        return self.href("desk:settings")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            sentence = self.act(form)
        except Refused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        except services.ChangedMeanwhile as moved:
            return self._moved_on(form, moved)
        messages.success(self.request, sentence)
        return redirect(self.then())

    def _moved_on(self, form: Any, moved: services.ChangedMeanwhile) -> HttpResponse:
        """The same page with what was typed and what the colleague left, and a stamp with which it can be saved."""
        who = moved.who if moved.who != signed_in(self.request) else "You, in another window,"
        form.add_error(
            None,
            f"{who or 'Somebody'} changed this while you had it open. Nothing of yours is saved yet: "
            "see below what it says now, then save again to put yours in its place.",
        )
        form.data = form.data.copy()
        form.data["seen"] = moved.stamp
        response = self.form_invalid(form)
        response.status_code = 409
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"lead": self.lead, **kwargs})


class NamesView(SettingsAct):
    form_class = NamesForm
    page_title = "Names and words"
    verbs = (services.NAMES,)
    lead = (
        "What pages, letters and e-mails call the partnership and its groups. Leave a word empty to use the usual one. "
        "Case references keep the code they were given."
    )

    def shown(self) -> dict[str, Any]:
        return services.names_of(self.partnership)

    def act(self, form: NamesForm) -> str:
        services.change_names(
            self.partnership, values=form.values, seen=form.cleaned_data["seen"], by=signed_in(self.request)
        )
        return "The names and words are saved.\nThey are used from the next page and the next letter on."


class ContactsView(SettingsAct):
    form_class = ContactsForm
    page_title = "Contacts and telephone numbers"
    verbs = (services.CONTACTS,)
    lead = "All of this is shown to everybody on the start page. Give numbers of offices, not of people."

    def shown(self) -> dict[str, Any]:
        return services.contacts_of(self.partnership)

    def act(self, form: ContactsForm) -> str:
        services.change_contacts(
            self.partnership, values=form.values, seen=form.cleaned_data["seen"], by=signed_in(self.request)
        )
        return "The contacts are saved.\nThe start page shows them now."


class DecidingView(SettingsAct):
    form_class = DecidingForm
    page_title = "Deciding and referring"
    verbs = (services.DECIDING,)
    lead = (
        "What the law fixes cannot be changed here: each of the three partners always gives a view, and the clocks of the "
        "law run as they do."
    )

    def shown(self) -> dict[str, Any]:
        return services.deciding_of(self.partnership)

    def act(self, form: DecidingForm) -> str:
        values = form.values
        agreed = values.pop("agreed")
        services.change_deciding(
            self.partnership,
            values=values,
            agreed=agreed,
            seen=form.cleaned_data["seen"],
            by=signed_in(self.request),
        )
        return "It is saved.\nDecisions that are open keep the way in which they opened."


class DirectoryView(SettingsPage, TemplateView):
    """Who can be rung, and who of them the world may see."""

    template_name = "desk/settings/directory.html"
    page_title = "Directory"
    verbs = (services.DIRECTORY,)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = DirectoryEntry.objects.filter(partnership=self.partnership).select_related("agency")
        return super().get_context_data(
            entries=entries,
            add_href=self.href("desk:add_entry"),
            start_href=reverse("start_of", args=[self.partnership.code.lower()]),
            **kwargs,
        )


class _EntryAct(SettingsAct):
    form_class: Any = EntryForm

    def then(self) -> str:
        return self.href("desk:directory")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "partnership": self.partnership}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = {"back_href": self.then(), "back_text": "Directory"}
        return super().get_context_data(**{**back, **kwargs})


class AddEntryView(_EntryAct):
    page_title = "Add somebody to the directory"

    def shown(self) -> dict[str, Any]:
        return {}

    def act(self, form: EntryForm) -> str:
        entry = services.add_entry(self.partnership, values=form.values, by=signed_in(self.request))
        return f"{entry.name} is in the directory."


class _OfEntry(_EntryAct):
    """An act on one entry, of a partnership that this person manages."""

    @cached_property
    def entry(self) -> DirectoryEntry:
        rows = DirectoryEntry.objects.select_related("agency", "partnership")
        return get_object_or_404(rows, pk=self.kwargs["pk"], partnership__in=self.managed)

    @cached_property
    def partnership(self) -> Partnership:
        return self.entry.partnership

    def shown(self) -> dict[str, Any]:
        return services.entry_values(self.entry)


class ChangeEntryView(_OfEntry):
    template_name = "desk/settings/entry.html"
    page_title = "Change an entry of the directory"

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "agency": self.entry.agency_id}

    def act(self, form: EntryForm) -> str:
        entry = services.change_entry(
            self.entry, values=form.values, seen=form.cleaned_data["seen"], by=signed_in(self.request)
        )
        return f"What the directory says of {entry.name} is saved."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entry=self.entry, **kwargs)


class RemoveEntryView(_OfEntry):
    form_class = RemoveEntryForm
    page_title = "Take somebody out of the directory"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super(_EntryAct, self).get_form_kwargs()

    def act(self, form: RemoveEntryForm) -> str:
        services.remove_entry(self.entry, by=signed_in(self.request))
        return f"{self.entry.name} is out of the directory."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = f"{self.entry.name}, {self.entry.agency}. What they did in this service stays on the record."
        return super().get_context_data(**{**kwargs, "lead": lead})


class AgenciesView(SettingsPage, TemplateView):
    """The agencies that work with the partnership, and whom their e-mail domains let in."""

    template_name = "desk/settings/agencies.html"
    page_title = "Agencies and their domains"
    verbs = (services.DOMAINS, services.AGENCIES, services.AGENCY_ENDED)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = self.partnership.members.current().values("agency")
        elsewhere = PartnershipAgency.objects.current().filter(agency=OuterRef("pk"))
        kept = Exists(elsewhere.exclude(partnership=self.partnership))
        agencies = Agency.objects.filter(pk__in=members).annotate(kept=kept).order_by("name")
        return super().get_context_data(agencies=agencies, add_href=self.href("desk:add_agency"), **kwargs)


class _OfAgency(SettingsAct):
    """An act on one agency that works with the partnership."""

    @cached_property
    def agency(self) -> Agency:
        members = self.partnership.members.current().values("agency")
        return get_object_or_404(Agency, pk=self.kwargs["pk"], pk__in=members)

    def then(self) -> str:
        return self.href("desk:agencies")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "caption": self.agency.name,
                "agency": self.agency,
                "back_href": self.then(),
                "back_text": "Agencies and their domains",
                **kwargs,
            }
        )


class DomainsView(_OfAgency):
    form_class = DomainsForm
    page_title = "E-mail domains"
    verbs = (services.DOMAINS,)
    template_name = "desk/settings/domains.html"

    def shown(self) -> dict[str, Any]:
        return services.domains_of(self.agency)

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "domains": "\n".join(self.agency.email_domains)}

    def act(self, form: DomainsForm) -> str:
        agency = services.change_domains(
            self.partnership,
            agency=self.agency,
            domains=form.cleaned_data["domains"],
            seen=form.cleaned_data["seen"],
            by=signed_in(self.request),
        )
        shared = [each for each in agency.email_domains if asks_which_agency(each)]
        told = (
            f"\nMany share {', '.join(shared)}: who comes in there says for which agency, and its representative is told."
            if shared
            else ""
        )
        return f"The e-mail domains of {agency} are saved.{told}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = services.is_kept_by_administrator(self.partnership, self.agency)
        return super().get_context_data(kept=kept, **kwargs)


class EndAgencyView(_OfAgency):
    """Ends an agency's work with the partnership, or says what must be done first."""

    form_class = EndAgencyForm
    page_title = "End an agency’s work with the partnership"
    verbs = (services.AGENCY_ENDED,)
    template_name = "desk/settings/end_agency.html"

    def shown(self) -> dict[str, Any]:
        return {}

    def act(self, form: EndAgencyForm) -> str:
        services.end_agency(
            self.partnership,
            agency=self.agency,
            reason=form.cleaned_data["reason"],
            by=signed_in(self.request),
        )
        return f"{self.agency} no longer works with {self.partnership}.\nWhat it sent and did stays."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        place = self.partnership.members.current().select_related("agency", "partnership")
        reasons = services.why_not_end_agency(place.get(agency=self.agency), signed_in(self.request))
        return super().get_context_data(reasons=reasons, **kwargs)


class AddAgencyView(SettingsAct):
    form_class = AddAgencyForm
    page_title = "Add an agency"

    def shown(self) -> dict[str, Any]:
        return {}

    def then(self) -> str:
        return self.href("desk:agencies")

    def act(self, form: AddAgencyForm) -> str:
        place = services.add_agency(self.partnership, by=signed_in(self.request), **form.values)
        return f"{place.agency} works with {self.partnership} from today."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = {"back_href": self.then(), "back_text": "Agencies and their domains"}
        return super().get_context_data(**{**back, **kwargs})
