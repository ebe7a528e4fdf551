"""What every page of a case does: find only what the person may see, ask once whom they know, write the
read down, and offer the acts their role allows."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views import View
from django.views.generic import FormView, TemplateView

from accounts.access_table import Right, Thing
from accounts.db import forget_memberships
from accounts.models import User
from accounts.roles import Role
from casework import audit, services, typed
from casework.audit import Verb
from casework.compiled import compiled_once
from casework.files import FileRefused
from casework.forms import OpeningForm
from casework.models import Case, Document, Opening
from casework.permissions import may, roles_in
from casework.reading import note_read
from casework.transitions import (
    MovedOn,
    OpenAct,
    TransitionRefused,
    actions_for,
    exits,
    is_permitted,
    last_event,
    unmet,
)


@compiled_once
def _open_to(user: User, case: uuid.UUID) -> Any:
    cases = Case.objects.visible_to(user).select_related("partnership", "incident_la", "home_la")
    return cases.filter(pk=case)


@compiled_once
def _has_opened(user: User, case: uuid.UUID) -> Any:
    return Opening.objects.filter(case=case, user=user).values_list("pk")[:1]


def _case_open_to(user: User, key: uuid.UUID) -> Case:
    if not (found := _open_to(user, key)):
        raise Http404
    case: Case = found[0]
    return case


class CaseMixin(View):
    """A page of one case, found by `case_id` in the address; 404 when the person may not see it.

    Sets `self.case`; asks on first opening whether they know anyone in it; records the read when the
    page is shown.
    """

    asks_on_first_opening: ClassVar[bool] = True

    @cached_property
    def case(self) -> Case:
        """The case of the page, among those the person may see."""
        return _case_open_to(self.user, self.kwargs["case_id"])

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise PermissionDenied
        return user

    @cached_property
    def roles(self) -> frozenset[Any]:
        return roles_in(self.user, self.case)

    @property
    def is_revealed(self) -> bool:
        """Whether the person has opened the names of this case for the rest of their session."""
        return str(self.case.pk) in self.request.session.get("revealed", [])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.case = self.case  # type: ignore[attr-defined]
        if self.must_ask() and not _has_opened(self.user, self.case):
            asked_for = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('casework:opening', args=[self.case.pk])}?{asked_for}")
        return super().dispatch(request, *args, **kwargs)

    def must_ask(self) -> bool:
        """A referrer and their safeguarding lead know the family by definition; everyone else is asked."""
        return self.asks_on_first_opening and not self.roles <= {Role.REFERRER, Role.DSL}

    def get_form_kwargs(self) -> dict[str, Any]:
        """With what was typed before the person had to sign in again, if this page has a form."""
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        if (kept := typed.take(self.request)) is not None:
            messages.info(
                self.request,
                "You had been signed out.\nThis is what you had typed. Check it and send it again.",
            )
            kwargs["data"] = kept
        return kwargs

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        """The form of the page, which may say what its dates will make due in this case."""
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]
        form.of_case = self.case
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_read(self.request, case=self.case, about=self.read_object())
        return {
            "case": self.case,
            "case_content": True,
            "pseudonym": str(self.case),
            "partnership": self.case.partnership,
            **super().get_context_data(**kwargs),  # type: ignore[misc]
        }

    def read_object(self) -> models.Model:
        """What the read is of; the case, unless the page is of one record in it."""
        return self.case

    def may(self, right: Right, thing: Thing) -> bool:
        return may(self.user, right, thing, self.case)


class RecordMixin(CaseMixin):
    """A page of one record of a case, found by `pk` among those the person may read."""

    model: ClassVar[type[models.Model]]

    @cached_property
    def record(self) -> Any:
        """The record of the page, among those the person may read."""
        rows = self.model._default_manager.visible_to(self.user)  # type: ignore[attr-defined]
        return get_object_or_404(rows.select_related("case__partnership"), pk=self.kwargs["pk"])

    @cached_property
    def case(self) -> Case:
        """The record's case, checked again: both gates always hold."""
        return _case_open_to(self.user, self.record.case_id)

    def read_object(self) -> models.Model:
        record: models.Model = self.record
        return record

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"record": self.record, **super().get_context_data(**kwargs)}


class ActView(RecordMixin, FormView):
    """The page of one act on a leading record: `transition` names it, `act` calls the service.

    Not permitted → 403. Blocked → the page with the reasons. Lost a race, or came back to a page whose act is done
    → the 409 page. Nothing typed is lost.
    """

    transition: ClassVar[str]
    template_name = "casework/act.html"
    done_message: ClassVar[str] = ""
    next_message: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_permitted(self.record, self.transition, self.user):
            request.case = self.case  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Draw the page, unless its act is over: a form that can no longer be sent is not worth filling in."""
        if self.offered is None:
            request.case = self.case  # type: ignore[attr-defined]
            raise MovedOn(self.record, last_event(self.record))
        return super().get(request, *args, **kwargs)

    @cached_property
    def offered(self) -> Any:
        """The transition in the record's present state, or None when it has moved on."""
        return exits(self.record).get(self.transition)

    @property
    def blocked(self) -> list[str]:
        return unmet(self.offered, self.record) if self.offered else []

    @property
    def label(self) -> str:
        """What the act is called."""
        return str(self.offered.custom["label"]) if self.offered else ""

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        """The form, whose button says what it does."""
        form = super().get_form(*args, **kwargs)
        if form.submit_label == "Confirm" and self.label:
            form.submit_label = self.label
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "page_title": self.label,
            "help_text": self.offered.custom.get("help_text", "") if self.offered else "",
            "blocked": self.blocked,
            "back_href": self.get_success_url(),
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> Any:
        """Call the service with the cleaned form; each page says how."""
        raise TypeError(f"{type(self).__name__} says nothing of how to act.")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form)
        except MovedOn:
            raise
        except TransitionRefused as refused:
            # What was done before it was refused is taken back, and what was found out since with it.
            forget_memberships()
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        except FileRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        if self.done_message:
            messages.success(self.request, f"{self.done_message} {self.next_message}".strip())
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return reverse("desk:case", args=[self.case.pk])


class OpeningView(CaseMixin, FormView):
    """Asks, before the first look, whether the person knows anyone in the case."""

    asks_on_first_opening = False
    form_class = OpeningForm
    template_name = "casework/opening.html"
    page_title = "Before you open this case"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subjects = self.case.subjects.filter(part="child").select_related("person")
        return {"subjects": subjects, **super().get_context_data(**kwargs)}

    def form_valid(self, form: OpeningForm) -> HttpResponse:
        knows = form.cleaned_data["knows_someone"] == "yes"
        services.answer_opening(
            self.case, by=self.user, knows_someone=knows, reason=form.cleaned_data.get("reason", "")
        )
        if knows:
            messages.success(
                self.request,
                "Thank you. You have been kept out of this case and the business unit can see why.",
            )
            return redirect("desk:home")
        following = self.request.GET.get("next", "")
        return redirect(following if _is_ours(following) else reverse("desk:case", args=[self.case.pk]))


def _is_ours(address: str) -> bool:
    """Whether an address stays here. Browsers drop tabs and line ends, so a bare look at its start is not enough."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)


class RevealView(CaseMixin):
    """Opens the names of one case for the rest of the session: one recorded act."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (self.may(Right.REVEAL, Thing.IDENTITY) or self.may(Right.READ, Thing.IDENTITY)):
            raise PermissionDenied
        if not self.is_revealed:
            audit.record(
                Verb.REVEALED, by=self.user, case=self.case, about=self.case, words="Revealed the names"
            )
            request.session["revealed"] = [*request.session.get("revealed", []), str(self.case.pk)]
        following = request.POST.get("next", "")
        return redirect(following if _is_ours(following) else reverse("desk:case", args=[self.case.pk]))


class DocumentView(RecordMixin):
    """Gives out a file after the checks, with the read recorded and headers that keep it from running."""

    model = Document

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        document: Document = self.record
        if not document.can_be_opened:
            return render(
                request,
                "casework/document_not_ready.html",
                {"document": document, "case": self.case},
                status=409,
            )
        note_read(
            request, case=self.case, about=document, verb=Verb.DOWNLOADED, words="Downloaded a document"
        )
        response = FileResponse(
            document.file.open(),
            as_attachment=True,
            filename=document.download_name,
            content_type=document.content_type,
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store"
        return response


class CasePage(CaseMixin, TemplateView):
    """A page of the case without a form."""


def open_acts(record: models.Model | None, user: User) -> list[OpenAct]:
    """The acts offered on a leading record, none when there is no such record."""
    return actions_for(record, user) if record is not None else []
