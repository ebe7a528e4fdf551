"""The notification pack: what the notifier keys nationally, value by value, and the versions kept of it (F-02)."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from accounts.access_table import Right, Thing
from accounts.roles import BUSINESS_UNIT, Role
from casework import jobs
from casework.transitions import MovedOn, TransitionRefused, is_permitted
from casework.views import RecordMixin
from referrals import packs, rules, services
from referrals.forms import notification as forms
from referrals.models import DeathNotice, NotificationPack, Referral, SeriousIncidentNotification
from referrals.models.notification import OUT, UNSENT
from referrals.services import clocks

TASK: Final = "referrals.tasks.make_pack"
# Those who send it, and those whose decision it is; the sub-group reads the copy of what was sent.
READERS: Final = BUSINESS_UNIT | {Role.LAN, Role.DSP_LA, Role.DSP_ICB, Role.DSP_POLICE}
NOTIFIERS: Final = BUSINESS_UNIT | {Role.LAN}


class PackMixin(RecordMixin):
    """A page of the pack of one notification."""

    model = SeriousIncidentNotification
    roles_allowed = READERS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.roles & self.roles_allowed:
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def may_name(self) -> bool:
        return self.may(Right.REVEAL, Thing.IDENTITY) or self.may(Right.READ, Thing.IDENTITY)

    @property
    def shows_names(self) -> bool:
        return self.is_revealed and self.may_name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "notification": self.record,
            "shows_names": self.shows_names,
            "may_reveal": self.may_name and not self.shows_names,
            "here": self.request.path,
            "caption": f"{self.case} · {self.case.reference}",
            "back_href": reverse("referrals:notification", args=[self.record.pk]),
            **super().get_context_data(**kwargs),
        }

    def shown(self, sections: list[packs.Section]) -> list[packs.Section]:
        """The sections as this person may see them now."""
        return sections if self.shows_names else packs.masked(sections)


class PackView(PackMixin, TemplateView):
    """The pack as it stands, with a button beside each value, what is missing, and the versions kept."""

    template_name = "referrals/pack.html"
    page_title = "Notification pack"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notification: SeriousIncidentNotification = self.record
        sections = packs.pack_of(notification)
        return {
            "sections": self._with_links(self.shown(sections)),
            "missing": [
                {"text": f"{_title(section)}: {line['label'].lower()}", "href": self._where(line)}
                for section, line in packs.missing_in(sections)
            ],
            "warnings": packs.warnings_of(notification),
            "kept": list(notification.packs.select_related("made_by")),
            "changes": self._changes(sections),
            "deadline": clocks.open_clock(self.case, clocks.NOTIFY),
            "death_notices": list(
                DeathNotice.objects.visible_to(self.user).filter(case=self.case).select_related("subject")
            ),
            "may_prepare": is_permitted(notification, "prepare", self.user) and notification.state in UNSENT,
            "may_record": is_permitted(notification, "record_sent", self.user)
            and notification.state in UNSENT,
            "asked_before": [job for job in jobs.of(self.user, TASK) if job.case_id == self.case.pk],
            **super().get_context_data(**kwargs),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the pack as it stands and have it made as a PDF."""
        pack = services.keep_pack(self.record, by=self.user)
        job = jobs.ask(
            TASK,
            by=self.user,
            title=f"Notification pack, version {pack.number}",
            origin=request.path,
            asked={"pack": str(pack.pk), "names": "yes" if self.shows_names else "no"},
            case=self.case,
        )
        return redirect("casework:job", job.pk)

    def _changes(self, sections: list[packs.Section]) -> dict[str, Any] | None:
        """What has changed since the version that was keyed, or since the last that was printed."""
        keyed: NotificationPack | None = self.record.keyed or self.record.packs.first()
        if keyed is None:
            return None
        return {
            "pack": keyed,
            "was_keyed": self.record.keyed_id == keyed.pk,
            "rows": rules.changes(packs.kept_content(keyed), sections),
        }

    @cached_property
    def _complete_href(self) -> str:
        return reverse("referrals:complete_pack", args=[self.record.pk])

    @cached_property
    def _referral_href(self) -> str:
        first = Referral.objects.visible_to(self.user).filter(case=self.case).order_by("received_at").first()
        return reverse("referrals:referral", args=[first.pk]) if first else ""

    def _where(self, line: packs.Line) -> str:
        """The page on which a missing line is answered."""
        notification = self.record
        if notification.state not in UNSENT or not is_permitted(notification, "prepare", self.user):
            return ""
        if not (line["needs"] or line["from"] == packs.PREPARATION):
            return ""
        key = line["id"].rsplit(".", 1)[-1]
        if line["from"] == packs.PREPARATION:
            name = {"information": "further_information"}.get(key, key)
            return f"{reverse('referrals:prepare', args=[notification.pk])}#id_{name}"
        if line["identifying"]:
            return self._referral_href
        return f"{self._complete_href}#id_{forms.box_of(line)}"

    def _with_links(self, sections: list[packs.Section]) -> list[packs.Section]:
        return [
            {**section, "lines": [{**line, "href": self._where(line)} for line in section["lines"]]}
            for section in sections
        ]


def _title(section: packs.Section) -> str:
    return str(section["plain_title"] or section["title"])


class KeptPackView(PackMixin, TemplateView):
    """One kept version: what was known then, and what has changed since."""

    template_name = "referrals/kept_pack.html"

    @cached_property
    def pack(self) -> NotificationPack:
        """The version asked for, of this notification."""
        return get_object_or_404(
            NotificationPack.objects.visible_to(self.user).select_related("made_by"),
            notification=self.record,
            number=self.kwargs["number"],
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        content = packs.kept_content(self.pack)
        return {
            "page_title": str(self.pack),
            "pack": self.pack,
            "was_keyed": self.record.keyed_id == self.pack.pk,
            "sections": self.shown(content),
            "changes": rules.changes(content, packs.pack_of(self.record)),
            **super().get_context_data(**kwargs),
            "back_href": reverse("referrals:pack", args=[self.record.pk]),
        }


class CompletePackView(PackMixin, FormView):
    """Answers what the national form needs and no referral says."""

    roles_allowed = NOTIFIERS
    template_name = "components/form_page.html"
    form_class = forms.CompleteForm
    page_title = "Complete the pack"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.roles & NOTIFIERS and self.record.state not in UNSENT:
            return redirect("referrals:pack", pk=self.record.pk)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        wanted = [
            (section, line)
            for section, line in packs.missing_in(packs.pack_of(self.record))
            if not line["identifying"] and line["from"] != packs.PREPARATION
        ]
        return {**super().get_form_kwargs(), "missing": wanted}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            services.complete_pack(self.record, by=self.user, supplied=form.supplied())
        except MovedOn:
            raise
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, "What you know is in the pack.")
        return redirect("referrals:pack", pk=self.record.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "back_href": reverse("referrals:pack", args=[self.record.pk]),
        }


class CorrectNotificationView(PackMixin, FormView):
    """Records that the National Panel was told of a correction after the notification was sent."""

    roles_allowed = NOTIFIERS
    template_name = "components/form_page.html"
    form_class = forms.CorrectForm
    page_title = "Record a correction"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.roles & NOTIFIERS and self.record.state not in OUT:
            return redirect("referrals:notification", pk=self.record.pk)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            services.correct_notification(self.record, by=self.user, **form.cleaned_data)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, "The correction is recorded.\nWhat was sent before stays as it was.")
        return redirect("referrals:notification", pk=self.record.pk)
