"""Writing a referral: its pages, its people, one thing a page. Works without JavaScript; nothing typed is lost."""

from __future__ import annotations

import re
import uuid
from functools import cached_property
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView

from accounts.models import User
from casework import typed as kept_before_sign_in
from casework.drafts import DraftMoved, Editor, note_editing, read_answers
from casework.models import Draft
from casework.reading import note_read
from govuk.dates import clock_text
from govuk.forms import GovForm
from lcspr import clock
from referrals import duplicates, rules, summaries
from referrals.answers import CHILDREN, circumstances, questions_of, wanting
from referrals.forms.pages import PageForm, in_words_of, page_form
from referrals.models import Referral
from referrals.permissions import is_business_unit_of, writes_in
from referrals.questions.asking import Group, Missing, Page, QuestionSet, Section, beside
from referrals.services.answering import (
    Place,
    keep_unfinished,
    member_of,
    remove_member,
    save_page,
    when_kept,
)

_KEY: Final = re.compile(r"[0-9a-f]{32}")
_CHECK: Final = "check"


class WritingView(FormView):
    """A page on which a referral not yet sent, or sent back, is written."""

    form_class: Any = GovForm
    page_title: ClassVar[str] = ""
    # What is read with the referral.
    related: tuple[str, ...] = (
        *("partnership", "agency", "case__partnership", "draft__last_editor", "referrer", "left_to"),
    )

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
        return get_object_or_404(rows.select_related(*self.related), pk=self.kwargs["pk"])

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

    @cached_property
    def questions(self) -> QuestionSet:
        """What this referral is asked."""
        return questions_of(self.referral)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """The answers with what is known without asking."""
        return {**self.typed, **circumstances(self.referral, self.typed)}

    @cached_property
    def editors(self) -> list[Editor]:
        """Who else has a page of this referral open now."""
        return note_editing(self.draft, by=self.user, page=self.page_title)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not writes_in(self.referral, self.user):
            raise PermissionDenied
        request.case = self.referral.case  # type: ignore[attr-defined]
        if not self.referral.is_writable:
            return self.no_longer_writable()
        if (elsewhere := self.elsewhere()) is not None:
            return elsewhere
        response = super().dispatch(request, *args, **kwargs)
        # Going back in the browser asks again, so that nobody reads, or writes over, what a page said long ago.
        response["Cache-Control"] = "no-store"
        return response

    def no_longer_writable(self) -> HttpResponseBase:
        """Sent meanwhile, perhaps by a colleague or a second click: the page of the referral says where it is."""
        return redirect("referrals:referral", pk=self.referral.pk)

    def elsewhere(self) -> HttpResponseBase | None:
        """Where the person is sent instead of this page; None when it is the right one."""
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_read(self.request, case=self.referral.case, about=self.referral)
        return {
            "referral": self.referral,
            "draft": self.draft,
            "partnership": self.referral.partnership,
            "case_content": True,
            "back_href": self.tasks_href,
            "editors": self.editors,
            **super().get_context_data(**kwargs),
        }

    def href_of(self, page: Page, group: Group | None = None, member: str = "", *, back: str = "") -> str:
        """The address of one page of the referral, or of one child, relative or agency."""
        args: list[Any] = [self.referral.pk, page.id]
        name = "referrals:page"
        if group is not None:
            name, args = "referrals:member_page", [self.referral.pk, group.id, member, page.id]
        return reverse(name, args=args) + (f"?back={back}" if back else "")

    def href_of_group(self, group: Group) -> str:
        """The address of the list of children, relatives or agencies."""
        return reverse("referrals:group", args=[self.referral.pk, group.id])

    def missing_items(self) -> list[dict[str, str]]:
        """What keeps the referral from being sent, each with the page on which it is put right."""
        return [
            {"text": each.sentence, "href": self.href_of_missing(each)}
            for each in wanting(self.questions, self.answers)
        ]

    def href_of_missing(self, missing: Missing) -> str:
        """The page on which something that is missing is answered."""
        group = missing.section.group
        if missing.page is None:
            assert group is not None
            return self.href_of_group(group)
        return self.href_of(missing.page, group if missing.member else None, missing.member, back=_CHECK)

    def suggestions(self) -> list[duplicates.Suggestion]:
        """Cases that may be about the same child, while the business unit enters a referral for somebody; else none."""
        if not self.referral.on_behalf or not is_business_unit_of(self.user, self.referral.partnership_id):
            return []
        return duplicates.suggestions(self.referral, self.user)

    @property
    def tasks_href(self) -> str:
        return reverse("referrals:tasks", args=[self.referral.pk])

    @property
    def check_href(self) -> str:
        return reverse("referrals:check", args=[self.referral.pk])

    def get_success_url(self) -> str:
        return self.tasks_href


class TasksView(WritingView):
    """The task list: which sections are answered, and what comes next."""

    template_name = "referrals/tasks.html"
    page_title = "Your referral"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = wanting(self.questions, self.answers)
        tasks = [self._task(section, wanted) for section in self.questions.shown(self.answers)]
        return {
            "items": tasks,
            "done": sum(task["kind"] == "done" for task in tasks),
            "of": len(tasks),
            "ready": not wanted,
            "last_saved": self.draft.updated_at if self.draft.version > 1 else None,
            "colleague": self.referral.left_to,
            "suggestions": self.suggestions(),
            "questions_asked": self._questions_asked(),
            **super().get_context_data(**kwargs),
            "back_href": reverse("referrals:list"),
        }

    def _questions_asked(self) -> list[dict[str, Any]]:
        """What the business unit asked when it last sent the referral back, each with the page that asks it."""
        if self.referral.returned_at is None:
            return []
        asked = self.referral.questions_asked.filter(asked_at__gte=self.referral.returned_at)
        return [{"question": each, "href": self._href_of_place(each.place)} for each in asked]

    def _href_of_place(self, place: str) -> str:
        """The address of a page named as `page` or `group/key/page`, if it is still there."""
        *member, page = place.split("/")
        keys = {each["key"] for group in self.questions.groups for each in self.typed.get(group) or []}
        if len(member) == 2 and member[1] in keys:
            return reverse("referrals:member_page", args=[self.referral.pk, *member, page])
        return reverse("referrals:page", args=[self.referral.pk, page]) if page and not member else ""

    def _task(self, section: Section, wanted: list[Missing]) -> dict[str, str]:
        missing = [each for each in wanted if each.section == section]
        group = section.group
        if group is not None:
            members = self.answers.get(group.id) or []
            started = bool(members)
            href = self.href_of_group(group)
            names = self.summary.names(group, members)
        else:
            pages = section.shown(self.answers)
            started = any(page.is_started(self.answers) for page in pages)
            first = next((each.page for each in missing if each.page), pages[0])
            href, names = self.href_of(first), ""
        status, kind = "Not started", "waiting"
        if not missing:
            status, kind = "Completed", "done"
        elif started:
            status, kind = "In progress", "now"
        return {"title": section.title, "href": href, "hint": names, "status": status, "kind": kind}

    @cached_property
    def summary(self) -> summaries.Summary:
        """The answers in words."""
        return summaries.Summary(self.questions, self.answers, self.referral.partnership)


class SavingView(WritingView):
    """A page whose answers are saved by compare-and-swap; of two people saving the same page, one sees both versions.

    What is typed is kept every few seconds (`autosave` in what is posted), on “Save and come back later”, and when it
    is refused; it becomes an answer when the page is saved and nothing is wrong with it.
    """

    template_name = "referrals/page.html"
    form_class = PageForm
    place: Place

    @property
    def related(self) -> tuple[str, ...]:  # type: ignore[override]
        """What is read with the referral: to keep what is typed every few seconds, only what that needs, for the rest
        took a third of its time."""
        return ("partnership", "draft") if "autosave" in self.request.POST else super().related

    @property
    def page(self) -> Page:
        return self.place.page

    @property
    def page_title(self) -> str:  # type: ignore[override]
        return self.page.title

    @property
    def group(self) -> Group | None:
        """The group whose member the page is about."""
        return self.questions.groups[self.place.group] if self.place.group else None

    @cached_property
    def member(self) -> dict[str, Any] | None:
        """The child, relative or agency the page is about, as answered so far; None on a page of the referral itself."""
        if not self.place.group:
            return None
        found = member_of(self.typed, self.place.group, self.place.member)
        return found if found is not None else {"key": self.place.member}

    @cached_property
    def scope(self) -> dict[str, Any]:
        """The answers among which those of this page stand."""
        return self.answers if self.member is None else beside(self.member, self.answers)

    def get_form_class(self) -> type[PageForm]:
        return page_form(
            self.page,
            self.referral.partnership,
            self.answers,
            member=self.member,
            is_about_child=self.place.group == CHILDREN,
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "partnership": self.referral.partnership,
            "answers": self.answers,
            "member": self.member,
        }

    def get_initial(self) -> dict[str, Any]:
        answers = {**self.place.answers(self.typed), "version": self.draft.version}
        answers["was"] = self.place.mark(self.typed)
        if self.request.method != "GET":
            return answers
        typed = kept_before_sign_in.take(self.request)
        if typed is not None:
            messages.info(
                self.request,
                "You had been signed out.\nThis is what you had typed. Check it and save it again.",
            )
            # With the marks of the page that was open then: a colleague may have changed it meanwhile.
            return {**answers, **self._as_typed(typed), **_marks(typed)}
        note = self.place.unfinished(self.typed)
        return {**answers, **self._as_typed(_posted(note["typed"]))} if note else answers

    def _as_typed(self, typed: QueryDict) -> dict[str, Any]:
        fields = self.get_form_class().base_fields
        return {
            name: field.widget.value_from_datadict(typed, {}, name)
            for name, field in fields.items()
            if name not in {"version", "was"}
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "autosave" in request.POST:
            return self._autosave()
        form = self.get_form()
        if form.is_valid():
            return self.form_valid(form)
        if "later" in request.POST:
            return self._later(form)
        return self.form_invalid(form)

    def form_valid(self, form: PageForm) -> HttpResponse:
        version, was = self._marks_of(form)
        try:
            save_page(self.draft, self.place, answers=form.stored(), version=version, was=was, by=self.user)
        except DraftMoved as moved:
            return self._both_shown(form, moved.draft)
        if "later" in self.request.POST:
            return self._left()
        return redirect(self.next_href())

    def form_invalid(self, form: PageForm) -> HttpResponse:
        """The page again with what is wrong; what was typed is kept with the draft all the same."""
        try:
            draft = self._keep(form)
        except DraftMoved as moved:
            return self._both_shown(form, moved.draft)
        _with_marks(form, draft, self.place)
        response: HttpResponse = super().form_invalid(form)
        return response

    def _later(self, form: PageForm) -> HttpResponse:
        try:
            self._keep(form)
        except DraftMoved as moved:
            return self._both_shown(form, moved.draft)
        return self._left()

    def _left(self) -> HttpResponse:
        messages.success(
            self.request, "What you have typed is saved.\nYou can leave and come back; nothing has been sent."
        )
        return redirect(self.tasks_href)

    def _keep(self, form: PageForm) -> Draft:
        version, was = self._marks_of(form)
        return keep_unfinished(
            self.draft, self.place, typed=self._posted_here(), version=version, was=was, by=self.user
        )

    def _posted_here(self) -> dict[str, list[str]]:
        """What was posted of this page's own questions."""
        keys = self.page.keys
        return {name: values for name, values in self.request.POST.lists() if name.partition("-")[0] in keys}

    def _marks_of(self, form: PageForm) -> tuple[int, str]:
        marks = _marks(form.data)
        return marks["version"], marks["was"]

    def _autosave(self) -> JsonResponse:
        marks = _marks(self.request.POST)
        try:
            draft = keep_unfinished(
                self.draft,
                self.place,
                typed=self._posted_here(),
                version=marks["version"],
                was=marks["was"],
                by=self.user,
            )
        except DraftMoved as moved:
            words = f"{moved.draft.last_editor} is writing on this page too. Save it to see both."
            return JsonResponse({"moved": words}, status=409)
        at = draft.updated_at.astimezone(clock.LONDON)
        return JsonResponse(
            {
                "version": draft.version,
                "was": self.place.mark(read_answers(draft)),
                "saved": f"Saved at {clock_text(at.time())}",
                "editors": editing(self.editors),
            }
        )

    def next_href(self) -> str:
        """Where “Save and continue” leads: through the pages of the section, then back to the list."""
        raise NotImplementedError

    def _next_of(self, pages: list[Page]) -> Page | None:
        """The page after this one, as the answers now stand."""
        places = [number for number, page in enumerate(pages) if page.id == self.page.id]
        return pages[places[0] + 1] if places and places[0] + 1 < len(pages) else None

    @cached_property
    def fresh_answers(self) -> dict[str, Any]:
        """The answers as just saved: they may call for other pages than before."""
        draft = Draft.objects.get(pk=self.draft.pk)
        typed = read_answers(draft)
        return {**typed, **circumstances(self.referral, typed)}

    def _both_shown(self, form: PageForm, draft: Draft) -> HttpResponse:
        _with_marks(form, draft, self.place)
        context = self.get_context_data(
            form=form,
            theirs=self._rows_of(read_answers(draft)),
            their_editor=draft.last_editor,
            their_time=draft.updated_at,
            here=self.request.path,
        )
        return self.response_class(
            request=self.request, template=["referrals/both_versions.html"], context=context, status=409
        )

    def _rows_of(self, theirs: dict[str, Any]) -> list[dict[str, Any]]:
        """What a colleague saved or typed on this page, in words."""
        partnership = self.referral.partnership
        if note := self.place.unfinished(theirs):
            return summaries.typed_rows(self.page.questions, partnership, note["typed"])
        answers = {**theirs, **circumstances(self.referral, theirs)}
        if self.place.group:
            answers = beside(member_of(theirs, self.place.group, self.place.member) or {}, answers)
        return summaries.Summary(self.questions, answers, partnership).page_rows(self.page, answers)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note, edited = self.place.unfinished(self.typed), self.place.edited(self.typed)
        partnership = self.referral.partnership
        return {
            "intro": [in_words_of(partnership, each) for each in self.page.intro],
            "explained": self.page.explained[0],
            "explanation": self.page.explained[1],
            "proposal": self.proposal(),
            "unfinished": note and {"by": note["by"], "at": when_kept(note)},
            "edited": edited and {"by": edited["by"], "at": when_kept(edited)},
            "editing": editing(self.editors),
            "here": self.request.get_full_path(),
            **super().get_context_data(**kwargs),
        }

    def proposal(self) -> dict[str, Any] | None:
        """On the page that asks for what review: what the two parts of the criteria suggest. The form proposes,
        people decide."""
        if not any(question.id == "review_asked" for question in self.page.questions):
            return None
        found = rules.routes(self.answers.get("abuse_or_neglect") or "", self.answers.get("outcome") or "")
        if found is None:
            return None
        partnership = self.referral.partnership
        return {
            "headline": found.headline,
            "routes": [in_words_of(partnership, each) for each in found.routes],
        }


class PageView(SavingView):
    """One page of the referral itself."""

    @cached_property
    def place(self) -> Place:  # type: ignore[override]
        """The page of the address, if this referral has it."""
        page = self.questions.pages.get(self.kwargs["page"])
        if page is None or not self.questions.section_of(page).is_shown(self.answers):
            raise Http404
        return Place(page)

    def elsewhere(self) -> HttpResponseBase | None:
        # Another answer, perhaps a colleague's, may have taken the page away since the link was made.
        return None if self.page.is_shown(self.answers) else redirect(self.tasks_href)

    def next_href(self) -> str:
        if self.request.GET.get("back") == _CHECK:
            return self.check_href
        section = self.questions.section_of(self.page)
        following = self._next_of(section.shown(self.fresh_answers))
        if section.group is not None:
            return self.href_of_group(section.group) if following is None else self.href_of(following)
        return self.href_of(following) if following is not None else self.tasks_href


class GroupMixin(WritingView):
    """A page about the children, the family or the agencies."""

    @cached_property
    def group(self) -> Group:
        """The group of the address."""
        found = self.questions.groups.get(self.kwargs["group"])
        if found is None:
            raise Http404
        return found

    @property
    def section(self) -> Section:
        return self.questions.section_of(self.group)

    @property
    def member(self) -> dict[str, Any]:
        """The child, relative or agency of the address; to anybody else it is not there."""
        found = member_of(self.typed, self.group.id, self.kwargs["key"])
        if found is None:
            raise Http404
        return found

    @cached_property
    def summary(self) -> summaries.Summary:
        """The answers in words."""
        return summaries.Summary(self.questions, self.answers, self.referral.partnership)

    def card(self, member: dict[str, Any], *, back: str = "") -> dict[str, Any]:
        """One member with its name and rows, each with the way to change it."""
        return {
            "key": member["key"],
            "name": self.summary.name_of(self.group, member),
            "rows": [
                {**row, "href": self.href_of(page, self.group, member["key"], back=back)}
                for page, row in self.summary.member_rows(self.group, member)
            ],
        }


class GroupView(GroupMixin):
    """The children, relatives or agencies named so far, and the way to add another."""

    template_name = "referrals/group.html"

    @property
    def page_title(self) -> str:  # type: ignore[override]
        return self.section.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = self.answers.get(self.group.id) or []
        wanted = [each for each in wanting(self.questions, self.answers) if each.section == self.section]
        otherwise = next((page for page in self.section.shown(self.answers)), None)
        return {
            "group": self.group,
            "members": [
                {
                    "key": member["key"],
                    "name": self.summary.name_of(self.group, member),
                    "wants": next((self.href_of_missing(w) for w in wanted if w.member == member["key"]), ""),
                }
                for member in members
            ],
            "suggestions": self.suggestions() if self.group.names_people else [],
            "many": self.group.id == CHILDREN and len(members) > rules.MOST_CHILDREN_LISTED,
            "otherwise": otherwise and {"title": "There is nobody to name", "href": self.href_of(otherwise)},
            "said": otherwise and [each for _, each in self.summary.rows(self.section) if each["value"]],
            **super().get_context_data(**kwargs),
        }


class AddView(GroupMixin):
    """Leads to the first page of another child, relative or agency, under a key of its own: sent twice, it is still
    one."""

    def elsewhere(self) -> HttpResponseBase:
        return redirect(self.href_of(self.group.pages[0], self.group, uuid.uuid4().hex))


class MemberView(GroupMixin):
    """Everything answered about one child, relative or agency."""

    template_name = "referrals/member.html"

    @property
    def page_title(self) -> str:  # type: ignore[override]
        return self.summary.name_of(self.group, self.member)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        missing = [w for w in wanting(self.questions, self.answers) if w.member == self.kwargs["key"]]
        return {
            "group": self.group,
            "card": self.card(self.member),
            "missing": [{"text": w.sentence, "href": self.href_of_missing(w)} for w in missing],
            **super().get_context_data(**kwargs),
            "back_href": self.href_of_group(self.group),
        }


class MemberPageView(SavingView):
    """One page about one child, relative or agency. A key not seen before is that of one just being added."""

    @cached_property
    def place(self) -> Place:  # type: ignore[override]
        """The page of the address, if it is one of the group's; only the first may be about somebody new."""
        group = self.questions.groups.get(self.kwargs["group"])
        page = next((each for each in group.pages if each.id == self.kwargs["page"]), None) if group else None
        key = str(self.kwargs["key"])
        if group is None or page is None or not _KEY.fullmatch(key):
            raise Http404
        if page != group.pages[0] and member_of(self.typed, group.id, key) is None:
            raise Http404
        return Place(page, group.id, key)

    def elsewhere(self) -> HttpResponseBase | None:
        if self.page.is_shown(self.scope):
            return None
        return redirect("referrals:member", self.referral.pk, self.place.group, self.place.member)

    def next_href(self) -> str:
        group = self.questions.groups[self.place.group]
        if self.request.GET.get("back") == _CHECK:
            return self.check_href
        member = member_of(self.fresh_answers, group.id, self.place.member) or {}
        following = self._next_of(group.shown(member, self.fresh_answers))
        if following is not None:
            return self.href_of(following, group, self.place.member)
        if len(group.pages) == 1:
            return self.href_of_group(group)
        return reverse("referrals:member", args=[self.referral.pk, group.id, self.place.member])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group = self.questions.groups[self.place.group]
        name = group.name_of(self.member or {}) if group.names_people else ""
        return {
            "caption": name if name != group.unnamed else "",
            **super().get_context_data(**kwargs),
            "back_href": self.href_of_group(group),
        }


class RemoveView(GroupMixin):
    """Takes a child, relative or agency out of a referral not yet sent, after asking."""

    template_name = "referrals/remove.html"

    class form_class(GovForm):  # noqa: N801
        submit_label = "Remove"
        submit_style = "warning"

    @property
    def page_title(self) -> str:  # type: ignore[override]
        return f"Remove this {self.group.one} from the referral?"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "card": {"name": self.summary.name_of(self.group, self.member)},
            "rows": [row for _, row in self.summary.member_rows(self.group, self.member) if row["value"]],
            "cancel_href": self.get_success_url(),
            **super().get_context_data(**kwargs),
        }

    def form_valid(self, form: GovForm) -> HttpResponse:
        try:
            remove_member(self.draft, self.group.id, self.kwargs["key"], by=self.user)
        except DraftMoved:
            form.add_error(None, "Somebody changed the referral at this moment. Try again.")
            return self.form_invalid(form)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return self.href_of_group(self.group)


def editing(editors: list[Editor]) -> str:
    """Who else is writing now, in a sentence; empty when nobody is."""
    return " ".join(f"{each.name} has “{each.page}” open now." for each in editors)


def _posted(typed: dict[str, list[str]]) -> QueryDict:
    """What was typed, as a browser would post it."""
    found = QueryDict(mutable=True)
    for name, values in typed.items():
        found.setlist(name, values)
    return found


def _marks(data: Any) -> dict[str, Any]:
    """The hidden marks of a page: which version of the draft it was opened on, and what the page said then."""
    version = str(data.get("version") or "")
    return {"version": int(version) if version.isdigit() else 0, "was": str(data.get("was") or "")}


def _with_marks(form: PageForm, draft: Draft, place: Place) -> None:
    """Give a form shown again the marks of the draft as it now is."""
    again = form.data.copy()  # type: ignore[attr-defined]
    again["version"], again["was"] = str(draft.version), place.mark(read_answers(draft))
    form.data = again
