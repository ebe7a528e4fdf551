"""Writing a referral: its pages, its children, checking, sending. Works without JavaScript; nothing typed is lost."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from accounts.models import User
from accounts.settings_choices import ReferralSource
from casework import typed
from casework.drafts import DraftMoved, read_answers, save_draft
from casework.models import Draft
from casework.reading import note_read
from casework.transitions import MovedOn, TransitionRefused
from govuk.forms import GovForm
from lcspr import clock
from referrals import rules, services, summaries
from referrals.answers import sections_answered
from referrals.forms.sections import FORMS, TITLES, ChildForm, SectionForm, fingerprint
from referrals.forms.starting import DeclarationForm
from referrals.models import Referral, ReferralState
from referrals.permissions import sends, writes_in
from referrals.rules import Section


class WritingView(FormView):
    """A page on which a referral not yet sent, or sent back, is written.

    What its writer posts after their session ended stands in the form again once they have signed in.
    """

    form_class: Any = GovForm
    page_title: ClassVar[str] = ""

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise PermissionDenied
        return user

    @cached_property
    def referral(self) -> Referral:
        """The referral of the page, among those the person may read."""
        rows = Referral.objects.visible_to(self.user)
        related = ("partnership", "agency", "case__partnership", "draft__last_editor", "referrer")
        return get_object_or_404(rows.select_related(*related), pk=self.kwargs["pk"])

    @cached_property
    def draft(self) -> Draft:
        """The form being written."""
        if self.referral.draft is None:
            raise Http404
        return self.referral.draft

    @cached_property
    def typed(self) -> dict[str, Any]:
        """Everything answered so far."""
        return read_answers(self.draft)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not writes_in(self.referral, self.user):
            raise PermissionDenied
        request.case = self.referral.case  # type: ignore[attr-defined]
        if not self.referral.is_writable:
            return self.no_longer_writable()
        return super().dispatch(request, *args, **kwargs)

    def no_longer_writable(self) -> HttpResponseBase:
        """Sent meanwhile, perhaps by a colleague or a second click: the page of the referral says where it is."""
        return redirect("referrals:referral", pk=self.referral.pk)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if (kept := typed.take(self.request)) is not None:
            messages.info(
                self.request,
                "You had been signed out.\nThis is what you had typed. Check it and save it again.",
            )
            kwargs["data"] = kept
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_read(self.request, case=self.referral.case, about=self.referral)
        return {
            "referral": self.referral,
            "draft": self.draft,
            "partnership": self.referral.partnership,
            "case_content": True,
            "back_href": self.tasks_href,
            **super().get_context_data(**kwargs),
        }

    @property
    def tasks_href(self) -> str:
        return reverse("referrals:tasks", args=[self.referral.pk])

    def get_success_url(self) -> str:
        return self.tasks_href


class TasksView(WritingView):
    """The task list: which pages are answered, and what comes next."""

    template_name = "referrals/tasks.html"
    page_title = "Your referral"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        answered = sections_answered(self.typed)
        asked = rules.sections(needs_lead=self.referral.needs_lead)
        missing = rules.unanswered(answered, needs_lead=self.referral.needs_lead)
        return {
            "items": [self._task(section, section in answered) for section in asked],
            "done": len(asked) - len(missing),
            "of": len(asked),
            "ready": not missing,
            "last_saved": self.draft.updated_at if self.draft.version > 1 else None,
            **super().get_context_data(**kwargs),
            "back_href": reverse("referrals:list"),
        }

    def _task(self, section: Section, answered: bool) -> dict[str, str]:
        page = "referrals:children" if section is Section.CHILDREN else "referrals:section"
        args = [self.referral.pk] if section is Section.CHILDREN else [self.referral.pk, section.value]
        return {
            "title": TITLES[section],
            "href": reverse(page, args=args),
            "status": "Completed" if answered else "Not started",
            "kind": "done" if answered else "waiting",
        }


class SavingView(WritingView):
    """A page whose answers are saved by compare-and-swap; of two people saving the same page, one sees both versions."""

    section: Section
    form_class: type[SectionForm]

    def now_saved(self, typed: dict[str, Any]) -> Any:
        """What is saved of this page."""
        return typed.get(self.section) or {}

    def with_answers(self, typed: dict[str, Any], form: SectionForm) -> dict[str, Any]:
        """All answers, with this page's put in."""
        return {**typed, self.section: form.stored()}

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs["initial"] = {
            **self.now_saved(self.typed),
            "version": self.draft.version,
            "was": fingerprint(self.now_saved(self.typed)),
        }
        return {**kwargs, "partnership": self.referral.partnership, "typed": self.typed}

    def form_valid(self, form: SectionForm) -> HttpResponse:
        try:
            self._save(form)
        except DraftMoved as moved:
            return self._both_shown(form, moved.draft)
        return redirect(self.get_success_url())

    def _save(self, form: SectionForm) -> None:
        version = form.cleaned_data["version"]
        try:
            save_draft(self.draft, answers=self.with_answers(self.typed, form), version=version, by=self.user)
        except DraftMoved as moved:
            theirs = read_answers(moved.draft)
            if moved.draft.sent_at or fingerprint(self.now_saved(theirs)) != form.cleaned_data["was"]:
                raise
            # Somebody saved another page meanwhile: both stand.
            save_draft(
                moved.draft,
                answers=self.with_answers(theirs, form),
                version=moved.draft.version,
                by=self.user,
            )

    def _both_shown(self, form: SectionForm, draft: Draft) -> HttpResponse:
        theirs = self.now_saved(read_answers(draft))
        again = form.data.copy()  # type: ignore[attr-defined]
        again[form.add_prefix("version")] = str(draft.version)
        again[form.add_prefix("was")] = fingerprint(theirs)
        form.data = again
        context = self.get_context_data(
            form=form,
            theirs=self.rows_of(theirs),
            their_editor=draft.last_editor,
            their_time=draft.updated_at,
            here=self.request.path,
        )
        return self.response_class(
            request=self.request, template=["referrals/both_versions.html"], context=context, status=409
        )

    def rows_of(self, answers: dict[str, Any]) -> list[dict[str, Any]]:
        """The answers of this page in words."""
        return summaries.section_rows(self.section, {self.section: answers}, self.referral.partnership)


class SectionView(SavingView):
    """One page of questions."""

    template_name = "referrals/section.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        try:
            self.section = Section(kwargs["section"])
            self.form_class = FORMS[self.section]
        except (ValueError, KeyError) as error:
            raise Http404 from error

    @property
    def page_title(self) -> str:  # type: ignore[override]
        return self.form_class.title

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.section not in rules.sections(
            needs_lead=self.referral.needs_lead
        ):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class ChildrenView(WritingView):
    """The children named so far, and the way to add another."""

    template_name = "referrals/children.html"
    page_title = TITLES[Section.CHILDREN]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        children = summaries.children_named(self.typed, self.referral.partnership)
        return {
            "children": children,
            "many": len(children) > rules.MOST_CHILDREN_LISTED,
            **super().get_context_data(**kwargs),
        }


class ChildView(SavingView):
    """One child: added, or changed."""

    template_name = "referrals/section.html"
    section = Section.CHILDREN
    form_class = ChildForm

    @property
    def key(self) -> str:
        return str(self.kwargs.get("key", ""))

    @property
    def page_title(self) -> str:  # type: ignore[override]
        return "Change a child’s details" if self.key else "Add a child"

    def now_saved(self, typed: dict[str, Any]) -> Any:
        return next((child for child in typed.get(Section.CHILDREN) or [] if child["key"] == self.key), {})

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.key and not self.now_saved(self.typed):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "key": self.key}

    def with_answers(self, typed: dict[str, Any], form: SectionForm) -> dict[str, Any]:
        children = list(typed.get(Section.CHILDREN) or [])
        places = [number for number, child in enumerate(children) if child["key"] == self.key]
        if places:
            children[places[0]] = form.stored()
        else:
            children.append(form.stored())
        return {**typed, Section.CHILDREN: children}

    def rows_of(self, answers: dict[str, Any]) -> list[dict[str, Any]]:
        return summaries.child_rows(answers, self.referral.partnership)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "back_href": self.get_success_url()}

    def get_success_url(self) -> str:
        return reverse("referrals:children", args=[self.referral.pk])


class RemoveChildView(WritingView):
    """Takes a child out of a referral not yet sent, after asking."""

    template_name = "referrals/remove_child.html"
    page_title = "Remove this child from the referral?"

    class form_class(GovForm):  # noqa: N801
        submit_label = "Remove this child"
        submit_style = "warning"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        child = next(
            (c for c in self.typed.get(Section.CHILDREN) or [] if c["key"] == self.kwargs["key"]), None
        )
        if child is None:
            raise Http404
        return {
            "rows": summaries.child_rows(child, self.referral.partnership),
            "cancel_href": self.get_success_url(),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: GovForm) -> HttpResponse:
        children = [c for c in self.typed.get(Section.CHILDREN) or [] if c["key"] != self.kwargs["key"]]
        try:
            save_draft(
                self.draft,
                answers={**self.typed, Section.CHILDREN: children},
                version=self.draft.version,
                by=self.user,
            )
        except DraftMoved:
            form.add_error(None, "Somebody changed the referral at this moment. Try again.")
            return self.form_invalid(form)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return reverse("referrals:children", args=[self.referral.pk])


class CheckView(WritingView):
    """Every answer on one page, each with the way to change it."""

    template_name = "referrals/check.html"
    page_title = "Check your answers"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = rules.sections(needs_lead=self.referral.needs_lead)
        return {
            "cards": [self._card(section) for section in asked if section is not Section.CHILDREN],
            "children": summaries.children_named(self.typed, self.referral.partnership),
            "problems": self._problems(),
            "send_href": self._send_href(),
            "may_send": sends(self.referral, self.user),
            "representative": self.referral.partnership.word("agency_representative"),
            **super().get_context_data(**kwargs),
        }

    def _problems(self) -> list[str]:
        missing = rules.unanswered(sections_answered(self.typed), needs_lead=self.referral.needs_lead)
        return [rules.MISSING[section] for section in missing]

    def _card(self, section: Section) -> dict[str, Any]:
        href = reverse("referrals:section", args=[self.referral.pk, section.value])
        rows = summaries.section_rows(section, self.typed, self.referral.partnership)
        return {"title": TITLES[section], "rows": [{**row, "href": href} for row in rows]}

    def _send_href(self) -> str:
        if self.referral.state == ReferralState.RETURNED:
            return reverse("referrals:resubmit", args=[self.referral.pk])
        first = self.referral.source == ReferralSource.LA_FIRST
        return reverse("referrals:record_la_first" if first else "referrals:submit", args=[self.referral.pk])


class SubmitView(WritingView):
    """The declaration, and the sending."""

    template_name = "referrals/submit.html"
    form_class = DeclarationForm
    page_title = "Send the referral"
    own_state: ClassVar[str] = ReferralState.DRAFT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.referral.is_writable:
            if not sends(self.referral, self.user):
                raise PermissionDenied
            if self.referral.state != self.own_state:
                return redirect(self.tasks_href)
        return super().dispatch(request, *args, **kwargs)

    def no_longer_writable(self) -> HttpResponseBase:
        """A second click finds the referral sent: the receipt answers it, and nothing is sent twice."""
        return redirect("referrals:receipt", pk=self.referral.pk)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.draft.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "back_href": reverse("referrals:check", args=[self.referral.pk]),
        }

    def send(self, version: int) -> Any:
        """Call the service that sends."""
        return services.submit_referral(self.referral, by=self.user, version=version, on=clock.today())

    def form_valid(self, form: DeclarationForm) -> HttpResponse:
        try:
            self.send(form.cleaned_data["version"])
        except DraftMoved as moved:
            form.add_error(
                None,
                f"{moved.draft.last_editor} changed the referral since you checked it. Check your answers again.",
            )
            return self.form_invalid(form)
        except MovedOn:
            return redirect("referrals:receipt", pk=self.referral.pk)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        return redirect("referrals:receipt", pk=self.referral.pk)


class ResubmitView(SubmitView):
    """Sends again what was sent back."""

    page_title = "Send the referral again"
    own_state = ReferralState.RETURNED

    def send(self, version: int) -> Any:
        return services.resubmit_referral(self.referral, by=self.user, version=version, on=clock.today())


class DiscardView(WritingView):
    """Throws a draft away, after asking."""

    template_name = "referrals/discard.html"
    page_title = "Throw this draft away?"

    class form_class(GovForm):  # noqa: N801
        submit_label = "Throw it away"
        submit_style = "warning"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.referral.state == ReferralState.RETURNED:
            return redirect(self.tasks_href)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: GovForm) -> HttpResponse:
        try:
            services.discard_referral(self.referral, by=self.user)
        except TransitionRefused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, "The draft is thrown away.")
        return redirect("referrals:list")


class ReceiptView(TemplateView):
    """The reference, and what happens next."""

    template_name = "referrals/receipt.html"
    page_title = "Referral sent"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Referral.objects.visible_to(self.request.user).exclude(case=None)  # type: ignore[arg-type]
        referral = get_object_or_404(
            rows.exclude(state=ReferralState.DRAFT).select_related("case__partnership"), pk=self.kwargs["pk"]
        )
        note_read(self.request, case=referral.case, about=referral)
        return {
            "referral": referral,
            "case": referral.case,
            "partnership": referral.partnership,
            "case_content": True,
            **super().get_context_data(**kwargs),
        }
