import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import formset_factory
from django.template import engines
from django.utils.safestring import mark_safe

from accounts.models import Agency
from govuk import widgets
from govuk.fields import ConfirmField, GovDateField, GovDateTimeField, YesNoField
from govuk.forms import GovForm
from govuk.layout import ConditionalRadios, Fieldset, Paragraph
from govuk.widgets import posted
from govuk.wording import noun_of, with_article

TODAY = date(2026, 1, 13)
NOW = datetime(2026, 1, 13, 9, 30, tzinfo=UTC)


class ReferralForm(GovForm):
    submit_label = "Send the referral"
    reveals = {"source": {"other": ["source_name"]}}

    name = forms.CharField(label="Your name", max_length=50, widget=widgets.TextInput(width=20))
    email = forms.EmailField(label="E-mail address", help_text="We reply to it")
    children = forms.IntegerField(label="Number of children", min_value=1)
    source = forms.ChoiceField(
        label="Who told you?",
        choices=[("oral", "By telephone"), ("other", "Another way")],
        widget=widgets.Radios(hints={"oral": "Or in person"}),
    )
    source_name = forms.CharField(label="Name of the service", max_length=100)
    born_on = GovDateField(label="Date of birth", not_after=lambda: TODAY)
    aware_at = GovDateTimeField(
        label="When did you become aware?", noun="time you became aware", not_after=lambda: NOW
    )
    safe = YesNoField(label="Is the child safe now?")
    agencies = forms.MultipleChoiceField(
        label="Agencies",
        choices=[("police", "Police"), ("none", "None of these")],
        widget=widgets.Checkboxes(none_of_these="none"),
    )
    ward = forms.ChoiceField(label="Ward", choices=[("", "Choose"), ("ash", "Ash")])
    reason = forms.CharField(label="Reason", max_length=4000, widget=widgets.Textarea(rows=8))
    note = forms.CharField(label="Note", required=False)
    letter = forms.FileField(label="Letter", widget=widgets.FileUpload(accept=".pdf"))
    told = ConfirmField(label="The lead knows")
    draft = forms.CharField(widget=forms.HiddenInput, required=False)


def right_answers(**changes):
    answers = {
        "name": "Sam Okafor",
        "email": "sam@northmere.example",
        "children": "2",
        "source": "oral",
        "safe": "True",
        "agencies": ["police"],
        "ward": "ash",
        "reason": "One\r\nTwo",
        "told": "true",
        **posted("born_on", date(2016, 3, 27)),
        **posted("aware_at", datetime(2026, 1, 12, 17, 30, tzinfo=UTC)),
    }
    return answers | changes


def filled(**changes):
    form = ReferralForm(right_answers(**changes), {"letter": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    form.is_valid()
    return form


class Page(HTMLParser):
    def __init__(self, markup):
        super().__init__()
        self.tags, self.ids = [], []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if "id" in attrs:
            self.ids.append(attrs["id"])

    def by_id(self, wanted):
        return next((tag, attrs) for tag, attrs in self.tags if attrs.get("id") == wanted)


def drawn(form, **context):
    template = engines["django"].from_string(
        "{% load crispy_forms_tags govuk %}{% error_summary form %}{% crispy form %}"
    )
    return template.render({"form": form, "csrf_token": "t", **context})


def links(markup):
    return [attrs["href"] for tag, attrs in Page(markup).tags if tag == "a" and attrs["href"].startswith("#")]


def test_right_answers_are_read_as_values():
    form = filled()

    assert form.errors == {}
    assert form.cleaned_data["born_on"] == date(2016, 3, 27)
    assert form.cleaned_data["aware_at"] == datetime(2026, 1, 12, 17, 30, tzinfo=UTC)
    assert form.cleaned_data["safe"] is True
    assert form.cleaned_data["reason"] == "One\nTwo"


def test_every_link_of_the_summary_lands_on_an_input():
    form = ReferralForm({"aware_at-day": "1", "source": "other"})
    markup = drawn(form)
    page = Page(markup)

    targets = [page.by_id(link[1:])[0] for link in links(markup)]

    assert len(targets) == 12
    assert set(targets) == {"input", "textarea", "select"}


def test_the_summary_follows_the_order_of_the_page():
    assert links(drawn(filled(ward="", name="", told="")))[:3] == ["#id_name", "#id_ward", "#id_told"]


def test_no_id_stands_twice_and_every_described_by_exists():
    for form in (ReferralForm(), ReferralForm({})):
        page = Page(drawn(form))
        described = [
            wanted for _, attrs in page.tags for wanted in (attrs.get("aria-describedby") or "").split()
        ]

        assert sorted(page.ids) == sorted(set(page.ids))
        assert set(described) <= set(page.ids)
        assert all(attrs["for"] in page.ids for tag, attrs in page.tags if tag == "label")


def test_an_error_stands_beside_its_field_and_is_read_with_it():
    page = Page(drawn(filled(email="nobody")))

    assert page.by_id("id_email")[1]["aria-describedby"] == "id_email-hint id_email-error"
    assert page.by_id("id_email")[1]["class"] == "govuk-input govuk-input--error"
    assert page.by_id("id_email")[1]["value"] == "nobody"


def test_the_wrong_box_of_a_date_is_marked_and_linked_and_the_rest_is_kept():
    markup = drawn(filled(**{"born_on-month": ""}))
    page = Page(markup)

    assert links(markup) == ["#id_born_on-month"]
    assert "The date of birth must include a month" in markup
    assert "govuk-input--error" in page.by_id("id_born_on-month")[1]["class"]
    assert "govuk-input--error" not in page.by_id("id_born_on-day")[1]["class"]
    assert page.by_id("id_born_on-day")[1]["value"] == "27"
    assert page.by_id("id_born_on-day")[1]["inputmode"] == "numeric"


def test_what_was_typed_in_a_date_stays_as_it_was_typed():
    page = Page(drawn(filled(**{"born_on-month": "Marhc", "born_on-day": " 7"})))

    assert page.by_id("id_born_on-month")[1]["value"] == "Marhc"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"born_on-year": "2027"}, "The date of birth must be today or in the past"),
        ({"born_on-day": "31", "born_on-month": "June"}, "The date of birth must be a real date"),
        ({"born_on-day": "", "born_on-month": "", "born_on-year": ""}, "Enter the date of birth"),
    ],
)
def test_a_date_says_what_is_wrong(changes, message):
    assert filled(**changes).errors == {"born_on": [message]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aware_at-time": ""}, "The time you became aware must include a time, like 5:30pm or midday"),
        ({"aware_at-time": "tea"}, "The time you became aware must have a time like 5:30pm or 17:30"),
        ({"aware_at-day": "14"}, "The time you became aware must be today or in the past"),
        (
            {"aware_at-day": "13", "aware_at-time": "9:31am"},
            "The time you became aware must be now or in the past",
        ),
        (
            posted("aware_at", datetime(2025, 3, 30, 12, tzinfo=UTC)) | {"aware_at-time": "1:30am"},
            "The time you became aware must have a time that happened: the clocks went forward over 1:30am that day",
        ),
    ],
)
def test_a_date_and_time_says_what_is_wrong(changes, message):
    assert filled(**changes).errors == {"aware_at": [message]}


def test_the_last_moment_allowed_is_allowed():
    assert filled(**posted("aware_at", NOW), **posted("born_on", TODAY)).errors == {}


def test_limits_that_are_dates_are_named():
    field = GovDateField(label="Trial", not_before=date(2026, 1, 2), not_after=date(2026, 3, 4))

    with pytest.raises(forms.ValidationError) as early:
        field.clean({"day": "1", "month": "1", "year": "2026"})
    with pytest.raises(forms.ValidationError) as late:
        field.clean({"day": "5", "month": "3", "year": "2026"})

    assert early.value.messages == ["The trial must be the same as or after 2 January 2026"]
    assert late.value.messages == ["The trial must be the same as or before 4 March 2026"]


def test_a_date_already_known_is_taken_apart_in_london_time():
    class Known(GovForm):
        on = GovDateField(initial=date(2026, 9, 3))
        at = GovDateTimeField(initial=datetime(2026, 9, 3, 23, 30, tzinfo=UTC))

    page = Page(drawn(Known()))

    assert [page.by_id(f"id_on-{part}")[1]["value"] for part in ("day", "month", "year")] == [
        "3",
        "9",
        "2026",
    ]
    assert page.by_id("id_at-day")[1]["value"] == "4"
    assert page.by_id("id_at-time")[1]["value"] == "12:30am"
    assert not Known(
        posted("on", date(2026, 9, 3)) | posted("at", Known.base_fields["at"].initial)
    ).has_changed()


def test_a_revealed_question_is_asked_only_after_its_choice():
    assert filled(source="other").errors == {"source_name": ["Enter the name of the service"]}
    assert filled(source="oral", source_name="x" * 200).cleaned_data["source_name"] == ""
    assert filled(source="other", source_name="School").cleaned_data["source_name"] == "School"
    assert filled(source="").errors == {"source": ["Select an answer to “Who told you?”"]}


def test_a_revealed_question_hangs_on_its_radio_and_is_not_called_optional():
    page = Page(drawn(ReferralForm()))

    assert page.by_id("id_source-2")[1]["data-aria-controls"] == "conditional-id_source-2"
    assert "Name of the service (optional)" not in drawn(filled(source="oral"))
    assert page.ids.count("id_source_name") == 1


def test_the_first_radio_carries_the_id_of_the_field():
    page = Page(drawn(ReferralForm()))

    assert page.by_id("id_source")[1]["value"] == "oral"
    assert page.by_id("id_source")[1]["aria-describedby"] == "id_source-item-hint"


def test_none_of_these_unticks_the_others():
    tag = next(a for _, a in Page(drawn(ReferralForm())).tags if a.get("value") == "none")

    assert tag["data-behaviour"] == "exclusive"


def test_typed_lines_are_given_back_as_they_were_typed():
    markup = drawn(filled(reason="One\r\n  Two\n<b>", name=""))

    assert ">One&#10;  Two&#10;&lt;b&gt;</textarea>" in markup


def test_a_long_answer_says_how_much_is_left_and_is_never_cut():
    page = Page(drawn(ReferralForm()))

    assert page.by_id("id_reason")[1]["aria-describedby"] == "id_reason-info"
    assert "maxlength" not in page.by_id("id_name")[1]
    assert filled(reason="a\r\n" * 2000).errors == {}
    assert filled(reason="x" * 4001).errors == {
        "reason": ["The reason must be 4000 characters or fewer (now 4001)"]
    }


def test_only_questions_that_may_be_skipped_say_so():
    assert re.findall(r"[A-Z][a-z ]+\(optional\)", drawn(ReferralForm())) == ["Note (optional)"]


def test_a_number_is_asked_for_with_the_figures_keyboard():
    attrs = Page(drawn(ReferralForm())).by_id("id_children")[1]

    assert (attrs["type"], attrs["inputmode"]) == ("text", "numeric")
    assert filled(children="x").errors == {
        "children": ["The number of children must be a whole number, like 3"]
    }
    assert filled(children="0").errors == {"children": ["The number of children must be 1 or more"]}


def test_the_form_leaves_checking_to_us_and_sends_once():
    markup = drawn(ReferralForm(), cancel_href="/cases")
    page = Page(markup)
    form = next(attrs for tag, attrs in page.tags if tag == "form")
    button = next(attrs for tag, attrs in page.tags if tag == "button")

    assert form == {"method": "post", "enctype": "multipart/form-data", "novalidate": ""}
    assert button["data-prevent-double-click"] == "true"
    assert markup.count('name="csrfmiddlewaretoken"') == 1
    assert '<a class="govuk-link" href="/cases">Cancel</a>' in markup
    assert '<input type="hidden" name="draft"' in markup


def test_refusals_of_a_service_are_listed_without_a_link():
    form = filled()
    form.add_error(None, ["Police has not signed off.", "The analysis is <empty>."])
    markup = drawn(form)

    assert links(markup) == []
    assert "The analysis is &lt;empty&gt;." in markup
    assert "There is a problem" in markup


def test_a_form_without_errors_has_no_summary():
    assert "govuk-error-summary" not in drawn(ReferralForm())
    assert "govuk-error-summary" not in drawn(filled())


def test_a_layout_groups_questions():
    class Grouped(ReferralForm):
        def layout(self):
            made = super().layout()
            made.fields = [
                Fieldset("About you", "name", "email", hint="So that we can ask"),
                Paragraph("Now the case."),
                ConditionalRadios("source"),
            ]
            return made

    markup = drawn(Grouped())

    assert re.search(
        r'<legend class="govuk-fieldset__legend govuk-fieldset__legend--m">About you</legend>', markup
    )
    assert markup.index("About you") < markup.index("id_email") < markup.index("Now the case.")
    assert Page(markup).ids.count("id_source_name") == 1


def test_filters_go_in_the_address_without_a_token():
    class Filters(GovForm):
        form_method = "get"
        mark_optional = False
        stage = forms.ChoiceField(label="Stage", required=False, choices=[("", "Any")])

    markup = drawn(Filters({}))

    assert '<form method="get"' in markup
    assert "csrfmiddlewaretoken" not in markup
    assert "optional" not in markup


def test_a_form_made_elsewhere_is_drawn_and_explained_the_same():
    class Plain(forms.Form):
        title = forms.CharField()
        born = forms.SplitDateTimeField(help_text=mark_safe("As <i>known</i>"))
        secret = forms.CharField(widget=forms.PasswordInput)

    form = Plain({"title": "", "secret": "do not show"})
    template = engines["django"].from_string(
        "{% load crispy_forms_tags %}{{ form|as_crispy_errors }}{{ form|crispy }}"
    )
    markup = template.render({"form": form})

    assert "Enter the title" in markup
    assert "This field is required" not in markup
    assert "do not show" not in markup
    assert "As <i>known</i>" in markup
    assert 'class="govuk-password-input' in markup or "govuk-password-input" in markup


def test_a_formset_is_drawn_with_its_own_form():
    class Child(forms.Form):
        name = forms.CharField()

    formset = formset_factory(Child, extra=2)()

    assert Page(render_crispy_form(formset, context={"csrf_token": "t"})).ids[-2:] == [
        "id_form-0-name",
        "id_form-1-name",
    ]


def test_label_and_hint_of_another_form_can_be_replaced():
    template = engines["django"].from_string(
        '{% load govuk %}{% govuk_field form.name label="Who" hint="Now" %}'
    )
    markup = template.render({"form": ReferralForm()})

    assert "Who" in markup
    assert Page(markup).by_id("id_name")[1]["aria-describedby"] == "id_name-hint"


@pytest.mark.parametrize(
    ("label", "noun"),
    [
        ("Date of birth", "date of birth"),
        ("NHS number", "NHS number"),
        ("Ofsted reference", "Ofsted reference"),
        ("National Panel reference", "National Panel reference"),
        ("A reason", "a reason"),
        ("When?", "otherwise"),
        ("", "otherwise"),
    ],
)
def test_a_label_becomes_a_noun(label, noun):
    assert noun_of(label, "otherwise") == noun


def test_a_noun_keeps_an_article_of_its_own():
    assert [with_article(noun) for noun in ("your name", "reason", "a reason")] == [
        "your name",
        "the reason",
        "a reason",
    ]


def test_an_unknown_label_size_is_refused():
    with pytest.raises(ValueError, match="label_size must be one of"):
        widgets.TextInput(label_size="huge")


def test_a_list_of_records_begins_with_what_to_do():
    class Choosing(GovForm):
        agency = forms.ModelChoiceField(Agency.objects.none(), label="Agency")
        other = forms.ModelChoiceField(Agency.objects.none(), label="Other", empty_label="Nobody yet")

    form = Choosing()

    assert [field.empty_label for field in form.fields.values()] == ["Choose", "Nobody yet"]
