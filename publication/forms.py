"""What is asked on the way to the public page and after it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django import forms

from accounts.models import Agency, Partnership
from accounts.settings_choices import ReviewType
from casework.forms import CaseFileField
from casework.models import Case, Stage
from casework.models.people import Outcome as ChildOutcome
from correspondence.models import How
from deadlines.foreseen import MakesDue
from decisions.kinds import RapidReviewOutcome
from decisions.models import HoldSource
from govuk import widgets
from govuk.fields import GovDateField, GovDateTimeField, YesNoField
from govuk.forms import GovForm
from govuk.wording import opening
from lcspr import clock
from publication.gates import GATES, GateKind
from publication.models import Ground, Outcome, Publication, ReopeningReason, ReopenTo
from publication.rules import bringing_in
from publication.rules.bringing_in import Past
from publication.rules.publishing import NAMES, Copied
from referrals.forms.pages import local_authorities

LONG: Final = 20_000


def narrative(
    label: str,
    help_text: str = "",
    *,
    noun: str = "",
    required: bool = True,
    rows: int = 8,
    longest: int = LONG,
) -> forms.CharField:
    """A long answer; `noun` names it in messages where the label is a question."""
    noun = noun or f"the {label[:1].lower()}{label[1:]}"
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=longest,
        widget=widgets.Textarea(rows=rows),
        error_messages={
            "required": f"Enter {noun}",
            "max_length": f"{opening(noun)} must be %(limit_value)d characters or fewer (now %(show_value)d)",
        },
    )


def file_field(label: str, help_text: str = "", *, required: bool = True) -> CaseFileField:
    return CaseFileField(label=label, help_text=help_text, required=required, widget=widgets.FileUpload())


class ConfirmForm(GovForm):
    """An act with nothing to ask."""

    submit_label = "Confirm"


class PrepareForm(GovForm):
    """What the public will read. The file is another one than the confidential report, never a copy of it."""

    submit_label = "Save"

    public_title = forms.CharField(
        label="Public title",
        help_text="For example, “Child V: local child safeguarding practice review”.",
        max_length=200,
        widget=widgets.TextInput(),
    )
    public_pseudonym = forms.CharField(
        label="Name used in public",
        help_text="As in the report: never a real name or an initial.",
        max_length=60,
        required=False,
        widget=widgets.TextInput(width=20),
    )
    summary = narrative(
        "Summary in plain words", "A few short paragraphs, for somebody who reads nothing else."
    )
    statement = narrative("Statement of the partnership", required=False)
    improvements = narrative("Improvements to be made", required=False)
    report = file_field(
        "Report made for the public",
        "An anonymised PDF. A new file strikes out what was checked on the former one, and copies go again.",
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, publication: Publication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if publication.outcome == Outcome.FULL:
            del self.fields["improvements"]
        else:
            del self.fields["report"]


class PlanForm(MakesDue, GovForm):
    submit_label = "Plan this day"
    makes_due = {"planned_on": {"DL-19": ""}}

    planned_on = GovDateField(label="When is it to be published?", noun="planned day", not_before=clock.today)


class TickForm(GovForm):
    submit_label = "Tick this gate"

    on = GovDateField(label="When was it seen or said?", noun="date", not_after=clock.today)
    evidence = narrative(
        "What did you see, or who told you?",
        "Enough for a colleague to find it again.",
        noun="what you saw, or who told you",
        rows=5,
        longest=4000,
    )
    document = file_field("The letter, message or note", required=False)

    def __init__(self, *args: Any, gate: GateKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].help_text = GATES[gate].hint


def _who_field() -> forms.CharField:
    return forms.CharField(
        label="Who in the family?",
        help_text="By relation, for example “Mother” or “Maternal grandparents”: never a name.",
        max_length=100,
        error_messages={"required": "Enter who in the family"},
        widget=widgets.TextInput(width=20),
    )


class FamilyReadingForm(GovForm):
    """Offered to one of the family: a date is agreed, or they do not read it."""

    submit_label = "Record it"
    reveals = {"reads": {"True": ["agreed_on", "arranged"], "False": ["reason"]}}

    who = _who_field()
    reads = YesNoField(label="Do they read the report before it is published?")
    agreed_on = GovDateField(
        label="Which date is agreed?",
        noun="date agreed",
        help_text="At least ten working days before the planned day, or the date that suits them: they take as long as "
        "they need.",
        not_before=clock.today,
    )
    arranged = narrative(
        "What is agreed?",
        "Where, with whom beside them, in which language, and how they can go back to it.",
        noun="what is agreed",
        required=False,
        rows=4,
        longest=4000,
    )
    reason = narrative(
        "Why not?",
        "For example, they do not wish to, or the police ask to wait because they are witnesses.",
        noun="why they do not read it",
        rows=4,
        longest=4000,
    )


class ReadingDateForm(GovForm):
    submit_label = "Keep the new date"

    agreed_on = GovDateField(label="Which date is agreed now?", noun="date agreed", not_before=clock.today)
    reason = narrative(
        "Why was another date agreed?", noun="why another date was agreed", rows=4, longest=4000
    )


class ReadForm(GovForm):
    """The meeting in which they read it."""

    submit_label = "Record the reading"
    reveals = {"finished": {"False": ["again_on"]}}

    read_on = GovDateField(label="When did they read it?", noun="date they read it", not_after=clock.today)
    said = narrative(
        "What did they say, and what did it change?", noun="what they said, and what it changed", rows=8
    )
    finished = YesNoField(label="Have they had the time they need?")
    again_on = GovDateField(label="When do they read on?", noun="date they read on", not_before=clock.today)


class RepositoryForm(GovForm):
    submit_label = "Record the copy"

    sent_at = GovDateTimeField(label="When was it given?", noun="time it was given", not_after=clock.now)
    how = forms.ChoiceField(label="How was it given?", choices=How.choices, widget=widgets.Radios())
    proof = file_field("What shows that it was given", "Their confirmation, or the message.")
    words = narrative("Note", noun="the note", required=False, rows=3, longest=4000)


class ReasonForm(GovForm):
    """An act that needs nothing but its reason."""

    submit_label = "Record it"

    reason = narrative("Reason", longest=4000)


class CopiesForm(GovForm):
    submit_label = "Record the copies"

    to = forms.MultipleChoiceField(
        label="Who was sent a copy?",
        choices=[(to.value, f"{NAMES[to][:1].upper()}{NAMES[to][1:]}") for to in Copied],
        widget=widgets.Checkboxes(),
    )
    sent_at = GovDateTimeField(label="When was it sent?", noun="time it was sent", not_after=clock.now)
    how = forms.ChoiceField(label="How was it sent?", choices=How.choices, widget=widgets.Radios())
    words = narrative(
        "What was said with it", noun="what was said with it", required=False, rows=4, longest=4000
    )
    proof = file_field("Proof that it was sent", required=False)


class ReasonsForm(GovForm):
    """The dated letter of reasons to the National Panel and the Secretary of State."""

    submit_label = "Record the reasons"

    sent_at = GovDateTimeField(
        label="When were the National Panel and the Secretary of State told?",
        noun="time they were told",
        not_after=clock.now,
    )
    how = forms.ChoiceField(label="How were they told?", choices=How.choices, widget=widgets.Radios())
    words = narrative("What reasons were given?", noun="the reasons that were given", rows=6)
    proof = file_field("The letter", required=False)


class HoldPublicationForm(GovForm):
    submit_label = "Hold publication"
    reveals = {"told": {"True": ["sent_at", "how", "words", "proof"]}}

    told = YesNoField(
        label="Have the National Panel and the Secretary of State been told the reasons?",
        help_text="Until they are, the review’s six months show as running, not as held.",
    )
    sent_at = GovDateTimeField(label="When were they told?", noun="time they were told", not_after=clock.now)
    how = forms.ChoiceField(label="How were they told?", choices=How.choices, widget=widgets.Radios())
    words = narrative("What reasons were given?", noun="the reasons that were given", rows=6)
    proof = file_field("The letter", required=False)


class SignOffForm(GovForm):
    """Signing off; with the justification where not the full report is to be published."""

    submit_label = "Sign off the report"

    sent_at = GovDateTimeField(
        label="When were the National Panel and the Secretary of State told why the full report is not published?",
        noun="time they were told",
        not_after=clock.now,
    )
    how = forms.ChoiceField(label="How were they told?", choices=How.choices, widget=widgets.Radios())
    words = narrative("What reasons were given?", noun="the reasons that were given", rows=6)
    proof = file_field("The letter")

    def __init__(self, *args: Any, justify: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not justify:
            for name in ("sent_at", "how", "words", "proof"):
                del self.fields[name]


class PublishForm(GovForm):
    submit_label = "Publish now"
    submit_style = "warning"

    lateness_reason = narrative(
        "Why is it published after the six months?",
        noun="why it is published after the six months",
        rows=4,
        longest=4000,
    )

    def __init__(self, *args: Any, late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not late:
            del self.fields["lateness_reason"]


class EarlyForm(GovForm):
    submit_label = "Ask the three partners"

    reason = narrative(
        "Why can publication not wait seven working days?", noun="why publication cannot wait", longest=4000
    )
    advice = file_field("The legal advice")


class AskWithdrawalForm(GovForm):
    submit_label = "Ask the three partners"

    ground = forms.ChoiceField(
        label="Why should it be taken down?",
        choices=[(ground.value, ground.label) for ground in Ground if ground != Ground.COURT_ORDER],
        widget=widgets.Radios(),
    )


class WithdrawForm(GovForm):
    submit_label = "Take it down"
    submit_style = "warning"

    reason = narrative("Reasons", "The public page says only that it was taken down.", longest=4000)
    court_order = file_field(
        "The court’s order", "With an order it comes down at once, without one after a year.", required=False
    )


class ClosingForm(GovForm):
    submit_label = "Propose to close the case"

    summary = narrative(
        "What was done, and what changed for children", noun="what was done, and what changed for children"
    )
    impact_statement = narrative(
        "Impact statement, or why there is none",
        noun="the impact statement, or why there is none",
        required=False,
    )


class BringToChairForm(GovForm):
    submit_label = "Bring it before the sub-group chair"

    words = forms.CharField(
        label="Why may it have to be opened again?",
        help_text="For example, what has come up since, who told you and when.",
        max_length=4000,
        widget=widgets.Textarea(rows=6),
    )
    pseudonym = forms.CharField(
        label="Pseudonym",
        help_text="The case never had one. Never an initial, nor anything that could be worked out from a name, a "
        "place or a date.",
        max_length=60,
        widget=widgets.TextInput(width=20),
    )
    incident_la = forms.ModelChoiceField(
        Agency.objects.none(),
        label="In which local authority’s area did it happen?",
        error_messages={"required": "Choose the area where it happened"},
        widget=widgets.Select(),
    )
    home_la = forms.ModelChoiceField(
        Agency.objects.none(),
        label="In which local authority’s area does the child normally live?",
        error_messages={"required": "Choose the area where the child lives"},
        widget=widgets.Select(),
    )

    def __init__(self, *args: Any, case: Case, suggested: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked only where they are missing: a case that was accepted has them.
        for name in ("incident_la", "home_la"):
            if getattr(case, f"{name}_id"):
                del self.fields[name]
            else:
                self.fields[name].queryset = local_authorities(case.partnership)  # type: ignore[attr-defined]
        if case.pseudonym:
            del self.fields["pseudonym"]
        elif suggested:
            self.fields["pseudonym"].help_text += f" Free: {', '.join(suggested)}."


class ReopenForm(MakesDue, GovForm):
    submit_label = "Ask to reopen the case"
    makes_due = {"la_aware_at": {"DL-01": "", "DL-02": ""}}
    reveals = {"new_awareness": {"True": ["la_aware_at"]}}

    reason = forms.ChoiceField(
        label="Why should it be reopened?", choices=ReopeningReason.choices, widget=widgets.Radios()
    )
    words = narrative("What has come up?", noun="what has come up", longest=4000)
    to = forms.ChoiceField(label="What is done then?", choices=ReopenTo.choices, widget=widgets.Radios())
    new_awareness = YesNoField(
        label="Has the local authority become aware of something new that may have to be notified?",
        help_text="If so, five working days run from then.",
    )
    la_aware_at = GovDateTimeField(
        label="When did the local authority become aware of it?",
        noun="time the local authority became aware",
        not_after=clock.now,
    )


class BringInForm(MakesDue, GovForm):
    """A case already under way. Every date is a day; what is not known stays empty where the stage does not need it."""

    submit_label = "Bring in the case"
    makes_due = {
        "la_aware_on": {"DL-01": "if it is not notified yet", "DL-02": "if it is not notified yet"},
        "notified_on": {"DL-10": "if the rapid review is not sent yet"},
        "rr_sent_on": {"DL-11": "if the National Panel has not answered"},
        "letter_on": {"DL-12": "if it asked for more", "DL-13": "if it did not agree"},
        "decided_on": {"DL-14": "if they decided on a review", "DL-15": "if nobody has been told yet"},
        "planned_on": {"DL-19": ""},
        "published_on": {"DL-22": ""},
    }

    stage = forms.ChoiceField(
        label="Where does the case stand?",
        choices=[(stage.value, stage.label) for stage in Stage if stage.value in bringing_in.NEEDED],
        widget=widgets.Select(),
    )
    legacy = YesNoField(
        label="Is it from before this system, with no clock to run?",
        help_text="A legacy case is kept for its learning. No deadline is worked out for it.",
    )
    pseudonym = forms.CharField(
        label="Name the case goes by", max_length=60, widget=widgets.TextInput(width=20)
    )
    review_type = forms.ChoiceField(
        label="Kind of review", choices=ReviewType.choices, initial=ReviewType.LCSPR, widget=widgets.Select()
    )
    rr_outcome = forms.ChoiceField(
        label="What did the partners decide after the rapid review?",
        choices=[
            choice
            for choice in RapidReviewOutcome.choices
            if choice[0] != RapidReviewOutcome.CRITERIA_NOT_MET
        ],
        initial=RapidReviewOutcome.LCSPR,
        required=False,
        widget=widgets.Select(),
    )
    incident_la = forms.ModelChoiceField(
        Agency.objects.none(),
        label="Local authority of the incident",
        required=False,
        empty_label="This partnership’s own",
        widget=widgets.Select(),
    )
    forenames = forms.CharField(
        label="First names of the child", max_length=100, required=False, widget=widgets.TextInput(width=20)
    )
    surname = forms.CharField(
        label="Last name of the child", max_length=100, required=False, widget=widgets.TextInput(width=20)
    )
    born_on = GovDateField(label="Date of birth", noun="date of birth", required=False, not_after=clock.today)
    child_outcome = forms.ChoiceField(
        label="What happened to the child",
        choices=[("", "Not known yet"), *ChildOutcome.choices],
        required=False,
        widget=widgets.Select(),
    )
    incident_on = GovDateField(label="Day of the incident", noun="day of the incident", required=False)
    la_aware_on = GovDateField(
        label="Day the local authority became aware",
        noun="day the local authority became aware",
        required=False,
    )
    notified_on = GovDateField(
        label="Day the notification was sent", noun="day of the notification", required=False
    )
    rr_sent_on = GovDateField(
        label="Day the rapid review was sent to the National Panel",
        noun="day the rapid review was sent",
        required=False,
    )
    letter_on = GovDateField(
        label="Day the National Panel’s last letter came", noun="day of the letter", required=False
    )
    decided_on = GovDateField(
        label="Day the partners decided on a review", noun="day of the decision", required=False
    )
    told_on = GovDateField(
        label="Day the National Panel, Ofsted and the Department for Education were told of it",
        noun="day they were told",
        required=False,
    )
    started_on = GovDateField(label="Day the review began", noun="day the review began", required=False)
    signed_off_on = GovDateField(
        label="Day the report was signed off", noun="day of the sign-off", required=False
    )
    reasons_sent_on = GovDateField(
        label="Day the reasons for delay were sent", noun="day the reasons were sent", required=False
    )
    published_on = GovDateField(label="Day of publication", noun="day of publication", required=False)
    closed_on = GovDateField(label="Day the case was closed", noun="day the case was closed", required=False)
    planned_on = GovDateField(
        label="Planned day of publication", noun="planned day", required=False, not_before=clock.today
    )
    hold_source = forms.ChoiceField(
        label="Who asked for publication to be held?",
        choices=[("", "It is not held"), *HoldSource.choices],
        required=False,
        widget=widgets.Select(),
    )
    hold_reason = narrative("Why is it held?", noun="why it is held", required=False, rows=4, longest=4000)
    hold_review_on = GovDateField(
        label="When is the hold looked at again?",
        noun="day the hold is looked at again",
        help_text="Within three months.",
        required=False,
    )
    public_title = forms.CharField(
        label="Public title", max_length=200, required=False, widget=widgets.TextInput()
    )
    summary = narrative("Summary in plain words", required=False, rows=4)
    improvements = narrative("Improvements that were published", required=False, rows=4)
    report = file_field("The report as it was published", required=False)
    why = narrative(
        "Where does the case come from, and what does the proof show?",
        noun="where the case comes from, and what the proof shows",
        rows=4,
        longest=4000,
    )
    proof = file_field("The proof", "For example, the minutes or the letters of what came before.")

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_partnership = partnership
        members = partnership.members.current().values("agency")
        authorities = Agency.objects.filter(pk__in=members, kind="local_authority")
        self.fields["incident_la"].queryset = authorities  # type: ignore[attr-defined]

    def dates(self) -> dict[Past, dt.date | None]:
        """The days given, by what happened on them."""
        return {date: self.cleaned_data.get(date.value) for date in Past}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stage = cleaned.get("stage")
        if stage and not self.errors:
            problems = bringing_in.date_problems(
                stage, self.dates(), today=clock.today(), legacy=bool(cleaned.get("legacy"))
            )
            for date, sentence in problems.items():
                self.add_error(date.value, sentence)
            for name, sentence in _NEEDED_AT.get(stage, {}).items():
                if not cleaned.get(name):
                    self.add_error(name, sentence)
        return cleaned


_NEEDED_AT: Final[dict[str, dict[str, str]]] = {
    Stage.PUBLICATION_HELD: {
        "hold_source": "Say who asked for publication to be held",
        "hold_reason": "Say why it is held",
        "hold_review_on": "Say when the hold is looked at again",
    },
    Stage.PUBLISHED: {
        "public_title": "Enter the public title",
        "report": "Upload the report as it was published",
    },
    Stage.IMPROVEMENTS_PUBLISHED: {
        "public_title": "Enter the public title",
        "improvements": "Enter the improvements that were published",
    },
}


class SearchForm(GovForm):
    """Words of public titles and summaries, and a year: they may stand in the address, for they are public."""

    form_method = "get"
    mark_optional = False
    submit_label = "Search"

    q = forms.CharField(
        label="Search the reviews", max_length=100, required=False, widget=widgets.TextInput()
    )
    year = forms.ChoiceField(label="Year", choices=(), required=False, widget=widgets.Select())

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", "Every year"), *((str(y), str(y)) for y in years)]  # type: ignore[attr-defined]
