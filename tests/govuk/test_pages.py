import re
from datetime import UTC, date, datetime
from pathlib import Path

import allauth
import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template.loader import get_template, render_to_string

from govuk.forms import GovForm
from govuk.templatetags.govuk import beside, has_errors

NAVIGATION = [{"text": "Cases", "href": "/cases", "current": True}, {"text": "Actions", "href": "/actions"}]
DUE = datetime(2026, 1, 19, 17, 0, tzinfo=UTC)


class Person:
    is_authenticated = True

    def __str__(self):
        return "Sam Okafor"


class Message:
    def __init__(self, message, level_tag):
        self.message, self.level_tag = message, level_tag


class AskForm(GovForm):
    reason = forms.CharField(label="Reason")


def page(template="base.html", **context):
    return re.sub(r"\s+", " ", render_to_string(template, {"page_title": "Accept the referral", **context}))


def part(component, **context):
    return re.sub(r"\s+", " ", render_to_string(f"components/{component}.html", context))


def test_the_title_names_task_pseudonym_and_product():
    assert "<title>Accept the referral – Child V – Practice Reviews</title>" in page(pseudonym="Child V")


def test_the_title_says_so_when_something_is_wrong():
    assert "<title>Error: Accept the referral – Practice Reviews</title>" in page(form=AskForm({}))
    assert "<title>Error: Accept the referral – Practice Reviews</title>" in page(problems=["Not yet"])
    assert "<title>Accept the referral – Practice Reviews</title>" in page(form=AskForm())


def test_a_form_is_only_wrong_once_it_was_sent():
    assert [has_errors(form) for form in (None, "", AskForm(), AskForm({"reason": "x"}), AskForm({}))] == [
        False,
        False,
        False,
        False,
        True,
    ]


def test_the_view_may_name_the_task():
    class View:
        page_title = "Withdraw <it>"

    assert '<h1 class="govuk-heading-l">Withdraw &lt;it&gt;</h1>' in page(page_title="", view=View())


def test_a_page_has_one_h1_and_a_way_past_the_header():
    markup = page(template="components/form_page.html", form=AskForm(), caption="Child V")

    assert markup.count("<h1") == 1
    assert '<a href="#main-content" class="govuk-skip-link"' in markup
    assert 'id="main-content"' in markup


def test_case_content_is_marked_and_other_pages_are_not():
    assert "OFFICIAL-SENSITIVE" in page(case_content=True)
    assert "OFFICIAL-SENSITIVE" not in page()


def test_the_header_names_product_partnership_and_person():
    markup = page(partnership="Northmere <SCP>", user=Person(), csrf_token="t", navigation=NAVIGATION)

    assert "Practice Reviews</a>" in markup
    assert "Northmere &lt;SCP&gt;" in markup
    assert "Sam Okafor" in markup
    assert '<a class="govuk-service-navigation__link" href="/cases" aria-current="page">' in markup


def test_signing_out_is_a_button_that_posts():
    markup = page(user=Person(), csrf_token="t")

    assert re.search(
        r'<form method="post" action="[^"]+"><input type="hidden" name="csrfmiddlewaretoken"', markup
    )
    assert ">Sign out</button>" in markup


def test_an_act_that_succeeded_is_announced_with_what_comes_next():
    markup = page(messages=[Message("Accepted.\nDue on <b>.", "success"), Message("Look.", "info")])

    assert re.findall(r'role="(alert|region)" aria-labelledby="(banner-\d)"', markup) == [
        ("alert", "banner-1"),
        ("region", "banner-2"),
    ]
    assert '<p class="govuk-notification-banner__heading">Accepted.</p>' in markup
    assert '<p class="govuk-body">Due on &lt;b&gt;.</p>' in markup


def test_refusals_without_a_form_are_listed_above_the_page():
    markup = page(problems=["Police has not signed off."])

    assert markup.index("There is a problem") < markup.index("<h1")


def test_the_way_up_is_breadcrumbs_or_a_back_link():
    assert '<a href="/case" class="govuk-back-link">Back</a>' in page(back_href="/case")
    assert "govuk-breadcrumbs__link" in page(breadcrumbs=[{"text": "Cases", "href": "/"}], back_href="/case")


def test_a_blocked_act_says_why_and_offers_nothing_to_press():
    markup = part("action", label="Send", href="/send", reasons=["Police has not signed off."])

    assert "<li>Police has not signed off.</li>" in markup
    assert "href" not in markup
    assert "<button" not in markup


def test_an_act_is_a_link_to_its_page_or_a_button_that_posts():
    assert 'href="/send"' in part("action", label="Send", href="/send")
    assert 'action="/send"' in part("action", label="Send", post_to="/send", csrf_token="t")
    assert 'value="t"' in part("action", label="Send", post_to="/send", csrf_token="t")


def test_the_next_step_says_what_by_when_and_who():
    markup = part(
        "next_step",
        title="send the report",
        due_at=DUE,
        distance="in 4 working days",
        who="business unit",
        explanation=["15 working days from the notification"],
        actions=[{"label": "Send", "href": "/send", "reasons": []}],
    )

    assert "<strong>Due Monday 19 January 2026</strong>, in 4 working days" in markup
    assert "15 working days from the notification" in markup
    assert "Business unit" in markup


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"state": "late"}, "Overdue"),
        ({"met_at": DUE, "state": "met"}, "Met 19 January 2026"),
        ({}, "19 January 2026"),
    ],
)
def test_a_deadline_says_its_state_in_words(state, words):
    assert words in part("deadline_row", name="Rapid review", due_at=DUE, **state)


def test_a_stage_map_marks_where_the_case_stands():
    markup = part(
        "stage_map",
        stages=[
            {"text": "Referral", "state": "done", "date": date(2025, 12, 18)},
            {"text": "Rapid review", "state": "now"},
            {"text": "Publication", "state": "skipped"},
        ],
    )

    assert markup.count('aria-current="step"') == 1
    assert "18 December 2025" in markup
    assert "does not apply" in markup


def test_a_table_carries_its_headings_into_each_cell():
    markup = part(
        "table",
        caption="Cases",
        columns=[{"text": "Case"}, {"text": "Agencies", "numeric": True}],
        rows=[[{"text": "Child V", "href": "/v"}, 0], ["Baby <L>", ""]],
    )

    assert re.findall(r'data-label="(\w+)"', markup) == ["Case", "Agencies", "Case", "Agencies"]
    assert re.findall(r"[^<>]+(?= </t[dh]>)", markup) == ["0", "Baby &lt;L&gt;", "–"]


def test_a_row_that_does_not_fit_its_columns_is_a_mistake():
    with pytest.raises(ValueError, match="shorter"):
        beside(["one"], [{"text": "a"}, {"text": "b"}])


def test_pages_keep_the_filters():
    markup = part(
        "pagination",
        page=Paginator(range(30), 10).page(2),
        query=QueryDict("stage=screening&page=2"),
        label="cases",
    )

    assert re.findall(r'href="([^"]+)"', markup) == [
        "?stage=screening&amp;page=1",
        "?stage=screening&amp;page=3",
    ]
    assert "1 of 3" in markup


def test_one_page_needs_no_pages():
    assert part("pagination", page=Paginator(range(3), 10).page(1), query=QueryDict("")).strip() == ""


def test_a_summary_says_what_is_not_known_yet():
    markup = part("summary_list", rows=[{"key": "Ethnicity", "value": ""}, {"key": "Children", "value": 0}])

    assert "Not known yet" in markup
    assert '<dd class="govuk-summary-list__value">0</dd>' in markup


def test_every_other_component_draws():
    drawn = [
        part(
            "task_list",
            items=[{"title": "T", "href": "/t", "hint": "h", "status": "In progress", "kind": "now"}],
        ),
        part("timeline_entry", title="T", at=DUE, by="Jo", text="a\n\n<b>"),
        part("empty_state", why="T", filled_by="f", href="/", link="l"),
        part("case_header", pseudonym="T", reference="r", stage="screening", stage_text="Screening"),
        part("tabs", items=[{"text": "T", "href": "/", "current": True}]),
        part("tag", text="T", kind="late"),
        part("explanation", lines=["T"]),
        part("filters", filter_form=AskForm(), chosen=[{"text": "T", "remove_href": "?"}], clear_href="?"),
    ]

    assert all("T" in markup for markup in drawn)
    assert part("date", at=date(2026, 1, 13), today=date(2026, 1, 13)).strip() == (
        '<time datetime="2026-01-13">13 January 2026</time> <span class="app-distance">(today)</span>'
    )


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "500"])
def test_a_fault_is_explained_without_anything_to_draw_from(code):
    markup = render_to_string(f"{code}.html")

    assert markup.count("<h1") == 1
    assert "Practice Reviews</title>" in markup


def test_a_lost_race_says_what_changed_and_who_did_it():
    markup = page("409.html", reasons=["The case has moved on."], by="Jo Lund", at=DUE, href="/case")

    assert "The case has moved on." in markup
    assert "Jo Lund did this on 19 January 2026 at 5pm." in markup
    assert 'href="/case"' in markup


def templates(folder: Path):
    return sorted(path for path in folder.rglob("*.html"))


def test_no_page_carries_script_or_style_in_itself():
    found = {
        str(path.relative_to(settings.BASE_DIR)): hits
        for folder in ("templates", "govuk/templates")
        for path in templates(settings.BASE_DIR / folder)
        if "emails" not in path.parts and "pdf" not in path.parts and "letters" not in path.parts
        if (
            hits := re.findall(
                r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>",
                path.read_text(),
            )
        )
    }

    assert found == {}


def test_every_page_of_signing_in_is_ours_or_drawn_with_our_parts():
    theirs = Path(allauth.__file__).parent / "templates"
    ours = settings.BASE_DIR / "templates"
    rooms = ["account", "allauth", "mfa", "socialaccount"]
    missing = {
        name
        for room in rooms
        for path in templates(theirs / room)
        if not (ours / (name := str(path.relative_to(theirs)))).exists()
    }

    # Layouts that only name another, and pages our settings keep shut: signing up, telephones, trusted browsers.
    assert {name for name in missing if "/base" not in name} == {
        "account/confirm_phone_verification_code.html",
        "account/email.html",
        "account/phone_change.html",
        "account/signup.html",
        "account/signup_by_passkey.html",
        "account/snippets/already_logged_in.html",
        "account/snippets/warn_no_email.html",
        "mfa/trust.html",
        "mfa/webauthn/signup_form.html",
        "socialaccount/login_redirect.html",
        "socialaccount/snippets/login_extra.html",
        "socialaccount/snippets/provider_list.html",
    }
    assert [
        path.name
        for room in rooms
        for path in templates(ours / room)
        if not get_template(str(path.relative_to(ours)))
    ] == []


def test_the_message_with_a_code_says_what_to_do_and_leaves_names_as_they_are():
    class Site:
        domain = "reviews.northmere.example"

    markup = render_to_string(
        "account/email/login_code_message.txt", {"code": "AB'C", "current_site": Site()}
    )

    assert "    AB'C\n" in markup
    assert "reviews.northmere.example" in markup
