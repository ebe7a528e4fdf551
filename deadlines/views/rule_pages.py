"""The catalogue for everyone who works with clocks, and how it changes: by proposal, or by a partnership's own figure."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.generic import FormView, TemplateView

from accounts.db import memberships_of
from accounts.models import Partnership
from accounts.roles import Role
from accounts.settings_choices import RapidReviewAnchor
from casework.reading import note_read
from casework.transitions import TransitionRefused
from deadlines import catalogue, services
from deadlines.calendars import running_out
from deadlines.forms import (
    ChoicesForm,
    FigureForm,
    RefusalForm,
    VersionForm,
    WithdrawalForm,
)
from deadlines.models import ProposalKind, RuleProposal, RuleVersion
from deadlines.rules import words
from deadlines.rules.counting import Length, Unit
from deadlines.rules.explain import length_words
from deadlines.rules.london import london_date
from deadlines.services.figures import (
    LONGEST,
    choices_would_move,
    figure_given,
    figure_of,
    figure_words,
    figure_would_move,
    why_not_figure,
)
from deadlines.services.grounds import Outcome, versions_of
from deadlines.services.rules import (
    CONFIRMER,
    PROPOSER,
    describe,
    roles_of,
    units_for,
    why_not_confirm,
    why_not_propose,
    why_not_still,
    would_move,
)
from deadlines.showing import owner_words
from deadlines.tabs import tabs_of
from deadlines.views.previewed import SHOWN, WORKED_OUT, OfficePage, PreviewedAct
from govuk.dates import clock_text, date_text
from lcspr import clock

_UNITS: Final = {
    Unit.WORKING_DAYS: "working days",
    Unit.DAYS: "days, weekends and bank holidays included",
    Unit.MONTHS: "months",
    Unit.HOURS: "hours, day and night",
    Unit.SAME_WORKING_DAY: "the same working day",
    Unit.WORKING_DAYS_BEFORE: "working days before",
    Unit.YEARS_AT_LEAST: "years, at least",
}


class RulesView(OfficePage, TemplateView):
    """Every rule as it stands today, those that wait for a record apart."""

    template_name = "deadlines/rules.html"
    page_title = "The rules"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own, today = _own(self.user), clock.today()
        standing: dict[str, RuleVersion] = {}
        for version in RuleVersion.objects.current().order_by("effective_from"):
            if version.effective_from <= today or version.code not in standing:
                standing[version.code] = version
        rules = sorted(standing.values(), key=lambda rule: _number(rule.code))
        held = roles_of(self.user)
        waiting = (
            RuleProposal.objects.waiting() if held & {PROPOSER, CONFIRMER} else RuleProposal.objects.none()
        )
        return super().get_context_data(
            tabs=tabs_of(self.user, current=reverse("deadlines:rules")),
            warnings=running_out(today) if held & {PROPOSER, CONFIRMER} else [],
            partnership_told=own[0] if len(own) == 1 else None,
            columns=_columns(own),
            running=[_row(rule, own) for rule in rules if rule.built],
            waiting_columns=[
                {"text": "Rule"},
                {"text": "Time given"},
                {"text": "Force"},
                {"text": "What it waits for"},
            ],
            waiting=[_waiting_row(rule) for rule in rules if not rule.built],
            proposals=[
                {"text": describe(each), "href": reverse("deadlines:proposal", args=[each.pk])}
                for each in waiting
            ],
            manages=_managed(self.user),
            **kwargs,
        )


class RulePage(OfficePage):
    """A page of one rule, by its number; 404 when there is none."""

    @cached_property
    def versions(self) -> list[RuleVersion]:
        """The versions that govern anything, oldest first."""
        found = versions_of(self.kwargs["code"])
        if not found:
            raise Http404
        return found

    @property
    def rule(self) -> RuleVersion:
        return self.versions[-1]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if roles_of(self.user) & self.roles_allowed:
            _ = self.versions
        return super().dispatch(request, *args, **kwargs)

    def href(self, name: str, **query: Any) -> str:
        address = reverse(f"deadlines:{name}", args=[self.rule.code])
        return f"{address}?{urlencode(query)}" if query else address


class RuleView(RulePage, TemplateView):
    """One rule: what it asks, of whom, by which law, since when, and every version of it."""

    template_name = "deadlines/rule.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule, held = self.rule, roles_of(self.user)
        every = RuleVersion.objects.filter(code=rule.code).order_by("effective_from", "-superseded_at")
        return super().get_context_data(
            page_title=rule.name,
            caption=rule.code,
            summary=_summary(rule),
            columns=[
                {"text": "Version"},
                {"text": "Governs what begins"},
                {"text": "Time given"},
                {"text": "Source"},
            ],
            rows=[_version_row(version) for version in every],
            figures=self.figures(),
            waiting=RuleProposal.objects.waiting().filter(code=rule.code).first()
            if held & {PROPOSER, CONFIRMER}
            else None,
            acts=self.acts() if PROPOSER in held else [],
            back_href=reverse("deadlines:rules"),
            back_text="The rules",
            **kwargs,
        )

    def figures(self) -> list[dict[str, str]]:
        """What the reader's own partnerships give, and where a business manager changes it."""
        rule, manages = self.rule, {each.pk for each in _managed(self.user)}
        rows = []
        for partnership in _own(self.user):
            if rule.local_setting:
                row = {"key": partnership.name, "value": figure_words(rule, figure_of(partnership, rule))}
                name = "figure"
            elif rule.anchor_setting:
                row = {
                    "key": partnership.name,
                    "value": f"Counts from: {RapidReviewAnchor(partnership.rr_anchor).label.lower()}",
                }
                name = "choices"
            else:
                continue
            if partnership.pk in manages:
                address = self.href(name) if name == "figure" else reverse("deadlines:choices")
                row |= {
                    "href": f"{address}?{urlencode({'partnership': str(partnership.pk)})}",
                    "about": f"the figure of {partnership.name}",
                }
            rows.append(row)
        return rows

    def acts(self) -> list[dict[str, Any]]:
        blocked = why_not_propose(self.rule.code)
        if not self.rule.is_statutory:
            return []
        return [
            {"label": "Propose a new version", "href": self.href("propose"), "reasons": blocked},
            {"label": "Propose that it ends", "href": self.href("withdraw"), "reasons": blocked},
        ]


class ProposeView(RulePage, FormView):
    """An administrator proposes a new version of a rule of law or guidance."""

    roles_allowed = frozenset({PROPOSER})
    form_class: Any = VersionForm
    template_name = "deadlines/office_act.html"
    page_title = "Propose a new version"

    def get_form_kwargs(self) -> dict[str, Any]:
        units = [(unit.value, _UNITS[unit]) for unit in units_for(Unit(self.rule.length["unit"]))]
        return {**super().get_form_kwargs(), "units": units}

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.rule.name, **self.rule.length}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            caption=f"{self.rule.code} {self.rule.name}",
            blocked=why_not_propose(self.rule.code),
            introduction="A business manager confirms it before it takes effect. Open deadlines are then worked out "
            "again; what was met is never touched.",
            back_href=self.href("rule"),
            **kwargs,
        )

    def propose(self, answers: dict[str, Any]) -> RuleProposal:
        length = Length(answers.pop("amount"), Unit(answers.pop("unit")))
        return services.propose_version(self.rule.code, length=length, by=self.user, **answers)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            proposal = self.propose(dict(form.cleaned_data))
        except TransitionRefused as refused:
            form.add_error(None, refused.reasons)
            return self.form_invalid(form)
        messages.success(self.request, "The change is proposed.\nA business manager must confirm it.")
        return redirect("deadlines:proposal", pk=proposal.pk)


class WithdrawView(ProposeView):
    form_class = WithdrawalForm
    page_title = "Propose that the rule ends"

    def get_form_kwargs(self) -> dict[str, Any]:
        return FormView.get_form_kwargs(self)

    def get_initial(self) -> dict[str, Any]:
        return {}

    def propose(self, answers: dict[str, Any]) -> RuleProposal:
        return services.propose_withdrawal(self.rule.code, by=self.user, **answers)


class ProposalPage(OfficePage):
    """A page of one proposed change."""

    roles_allowed = frozenset({PROPOSER, CONFIRMER})

    @cached_property
    def proposal(self) -> RuleProposal:
        """The proposal the address names."""
        rows = RuleProposal.objects.select_related("proposed_by", "decided_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class ProposalView(ProposalPage, TemplateView):
    """What is proposed, by whom and why, what it would move, and the buttons of whoever may decide."""

    template_name = "deadlines/proposal.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        proposal, held = self.proposal, roles_of(self.user)
        still = why_not_still(proposal) if proposal.is_waiting else []
        moves: list[Outcome] = []
        if proposal.is_waiting and not still and CONFIRMER in held:
            moves = would_move(proposal, self.user)
            note_read(self.request, case=None, words="Looked at which deadlines a change would move")
        refusal_form = kwargs.pop("refusal_form", None) or RefusalForm()
        refusal_form.helper.form_action = reverse("deadlines:refuse_proposal", args=[proposal.pk])
        return super().get_context_data(
            proposal=proposal,
            page_title=f"Proposed change of {proposal.code}",
            caption=versions_of(proposal.code)[-1].name,
            told=f"{describe(proposal)}.",
            summary=_proposal_summary(proposal),
            moves=moves[:SHOWN],
            more=max(0, len(moves) - SHOWN),
            sees_cases=CONFIRMER in held,
            waits=proposal.is_waiting,
            may_decide=proposal.is_waiting and CONFIRMER in held,
            still=still,
            blocked=[*still, *why_not_confirm(proposal, self.user)],
            refusal_form=refusal_form,
            back_href=reverse("deadlines:rule", args=[proposal.code]),
            back_text=proposal.code,
            case_content=CONFIRMER in held,
            **kwargs,
        )


class ConfirmProposalView(ProposalView):
    """The business manager's yes; the page itself again when it is refused."""

    roles_allowed = frozenset({CONFIRMER})
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            services.confirm_proposal(self.proposal, by=self.user)
        except TransitionRefused as refused:
            return self.render_to_response(self.get_context_data(problems=refused.reasons))
        messages.success(request, f"The change is confirmed.\n{WORKED_OUT}")
        return redirect("deadlines:rule", code=self.proposal.code)


class RefuseProposalView(ProposalView):
    """The business manager's no, with the reason."""

    roles_allowed = frozenset({CONFIRMER})
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RefusalForm(request.POST)
        if form.is_valid():
            try:
                services.refuse_proposal(self.proposal, by=self.user, **form.cleaned_data)
            except TransitionRefused as refused:
                form.add_error(None, refused.reasons)
            else:
                messages.success(request, "The change is not confirmed.\nThe rule stays as it was.")
                return redirect("deadlines:proposal", pk=self.proposal.pk)
        return self.render_to_response(self.get_context_data(refusal_form=form, form=form))


class PartnershipAct(PreviewedAct):
    """A business manager's act upon the figures of one of their partnerships, which the address names."""

    roles_allowed = frozenset({CONFIRMER})

    @cached_property
    def partnership(self) -> Partnership:
        """The one the address names, or the first; another's does not exist here."""
        managed = _managed(self.user)
        wanted = self.request.GET.get("partnership") or str(managed[0].pk)
        for partnership in managed:
            if str(partnership.pk) == wanted:
                return partnership
        raise Http404


class FigureView(RulePage, PartnershipAct):
    """How long a local clock gives in a partnership."""

    roles_allowed = frozenset({CONFIRMER})
    form_class = FigureForm
    confirm_label = "Change the figure"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if CONFIRMER in roles_of(self.user) and not self.rule.local_setting:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        rule = self.rule
        left = (
            "Leave it empty to run no such clock." if rule.opt_in else "Leave it empty for the usual figure, "
        )
        usual = left if rule.opt_in else f"{left}{length_words(rule.as_rule.length)}."
        unit = _UNITS[Unit(rule.length["unit"])]
        return {**super().get_form_kwargs(), "unit": unit, "limit": rule.limit or LONGEST, "usual": usual}

    def get_initial(self) -> dict[str, Any]:
        return {"amount": figure_of(self.partnership, self.rule)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "page_title": f"Time given for {self.rule.code}",
                "caption": f"{self.partnership.name}: {self.rule.name}",
                "back_href": self.href("rule"),
            }
            | kwargs
        )

    def get_success_url(self) -> str:
        return self.href("rule")

    def reasons(self, answers: dict[str, Any]) -> list[str]:
        return why_not_figure(self.rule.code, answers["amount"])

    def moves(self, answers: dict[str, Any]) -> list[Outcome]:
        return figure_would_move(self.partnership, self.user, code=self.rule.code, amount=answers["amount"])

    def told(self, answers: dict[str, Any]) -> str:
        was, becomes = figure_of(self.partnership, self.rule), answers["amount"]
        rule = self.rule
        return f"{rule.name}: {figure_given(rule, becomes)}, instead of {figure_given(rule, was)}."

    def act(self, answers: dict[str, Any]) -> str:
        services.change_figure(self.partnership, code=self.rule.code, by=self.user, **answers)
        return f"The figure is changed.\n{WORKED_OUT}"


class ChoicesView(PartnershipAct):
    """What the rapid review counts from in a partnership, and when its office closes."""

    form_class = ChoicesForm
    page_title = "What the clocks count from"
    confirm_label = "Change it"

    def get_initial(self) -> dict[str, Any]:
        closes_at = self.partnership.office_closes_at
        return {
            "rr_anchor": self.partnership.rr_anchor,
            "office_closes_at": clock_text(closes_at) if closes_at else "",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("deadlines:rules")
        return super().get_context_data(**{"caption": self.partnership.name, "back_href": back} | kwargs)

    def get_success_url(self) -> str:
        return reverse("deadlines:rules")

    def moves(self, answers: dict[str, Any]) -> list[Outcome]:
        return choices_would_move(
            self.partnership,
            self.user,
            rr_anchor=answers["rr_anchor"],
            office_closes_at=answers["office_closes_at"],
        )

    def told(self, answers: dict[str, Any]) -> str:
        closes_at = answers["office_closes_at"]
        office = (
            f"the office closes at {clock_text(closes_at)}" if closes_at else "every day counts to midnight"
        )
        return f"The rapid review counts from: {RapidReviewAnchor(answers['rr_anchor']).label.lower()}; {office}."

    def act(self, answers: dict[str, Any]) -> str:
        services.change_choices(self.partnership, by=self.user, **answers)
        return f"It is changed.\n{WORKED_OUT}"


def _number(code: str) -> tuple[int, str]:
    """DL-15n after DL-15 and before DL-16."""
    digits = "".join(letter for letter in code if letter.isdigit())
    return int(digits), code


def _own(user: Any) -> list[Partnership]:
    return list({m.partnership_id: m.partnership for m in memberships_of(user)}.values())


def _managed(user: Any) -> list[Partnership]:
    return [m.partnership for m in memberships_of(user) if m.role == Role.BUM]


def _columns(own: list[Partnership]) -> list[dict[str, Any]]:
    here = [{"text": f"In {own[0].short_name}"}] if len(own) == 1 else []
    return [{"text": "Rule"}, {"text": "Time given"}, *here, {"text": "Counted from"}, {"text": "Force"}]


def _row(rule: RuleVersion, own: list[Partnership]) -> list[Any]:
    here = []
    if len(own) == 1:
        amount = figure_of(own[0], rule) if rule.local_setting else None
        usual = "as usual" if rule.local_setting else "–"
        here = [figure_words(rule, amount) if amount is not None or rule.opt_in else usual]
    begins = rule.as_rule.trigger_words
    if len(own) == 1 and rule.anchor_setting:
        begins = catalogue.TRIGGER_WORDS[own[0].rr_anchor]
    return [_named(rule), _usual(rule), *here, begins[:1].upper() + begins[1:], rule.get_force_display()]


def _waiting_row(rule: RuleVersion) -> list[Any]:
    waits = rule.waits_for
    return [_named(rule), _usual(rule), rule.get_force_display(), waits[:1].upper() + waits[1:]]


def _named(rule: RuleVersion) -> dict[str, str]:
    return {"text": f"{rule.code} {rule.name}", "href": reverse("deadlines:rule", args=[rule.code])}


def _usual(rule: RuleVersion) -> str:
    if rule.opt_in:
        return f"in {_UNITS[Unit(rule.length['unit'])]}, where a partnership sets a figure"
    return length_words(rule.as_rule.length)


def _summary(rule: RuleVersion) -> list[dict[str, str]]:
    plain = rule.as_rule
    begins = plain.trigger_words
    told = words.and_list(rule.told) if rule.told else ""
    facts = [
        ("Time given", _usual(rule)),
        ("Counted from", begins[:1].upper() + begins[1:]),
        ("Owed by", owner_words(rule.owed_by)),
        ("Told", told[:1].upper() + told[1:]),
        ("Force", plain.force_words[:1].upper() + plain.force_words[1:]),
        ("Source", rule.source),
        ("Bank holidays of", rule.calendar),
        ("If it is missed", rule.consequence),
        ("Not run yet, waits for", rule.waits_for[:1].upper() + rule.waits_for[1:]),
    ]
    return [{"key": key, "value": value} for key, value in facts if value]


def _version_row(version: RuleVersion) -> list[Any]:
    since = f"from {date_text(version.effective_from)}"
    days = f"{since} to {date_text(version.effective_to)}" if version.effective_to else since
    if version.superseded_at is not None:
        days = f"nothing any more; it was wrong, and replaced {since}"
    return [version.version, days[:1].upper() + days[1:], _usual(version), version.source]


def _proposal_summary(proposal: RuleProposal) -> list[dict[str, str]]:
    is_version = proposal.kind == ProposalKind.VERSION
    decided = ""
    if proposal.decided_at is not None and proposal.decided_by is not None:
        how = "Not confirmed" if proposal.refusal else "Confirmed"
        decided = f"{how} by {proposal.decided_by} on {date_text(london_date(proposal.decided_at))}"
    facts = [
        ("What is owed", proposal.name if is_version else ""),
        ("Source", proposal.source),
        ("Why", proposal.reason),
        ("Proposed", f"By {proposal.proposed_by} on {date_text(london_date(proposal.proposed_at))}"),
        ("Decided", decided or "Waits for a business manager"),
        ("Why it is not confirmed", proposal.refusal),
    ]
    return [{"key": key, "value": value} for key, value in facts if value]
