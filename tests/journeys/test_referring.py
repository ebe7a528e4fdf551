"""A referral written in a real browser: with the keyboard alone, saved while it is typed, left to a colleague."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from journeys import chapters
from journeys.chapters import Child, Incident
from journeys.keyboard import KeyboardWalk
from journeys.walking import Walk
from playwright.sync_api import expect

from accounts.roles import Role
from lcspr import clock
from referrals import services
from referrals.models import Referral, ReferralState

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_referral_is_written_and_sent_with_the_keyboard_alone(page, live_server, sign_in, cast):
    walk = KeyboardWalk(page, live_server.url, sign_in)
    incident = Incident(
        children=[Child("Ottilie", "Brackwater", dt.date(2019, 6, 3), outcome="Died")],
        on=clock.today(),
        area=cast.agency("council").name,
        account="She was found alone at night.",
        agency_aware_on=clock.today(),
        la_aware_at=clock.now() - dt.timedelta(minutes=2),
    )
    walk.home(cast.referrer).follow("Refer a child").press()
    lead = {
        "Which designated safeguarding lead or officer did you discuss this with?": cast.dsl.name,
        "When did you discuss it?": clock.today(),
    }
    chapters.write_referral(walk, incident, lead)
    chapters.send_referral(walk)
    walk.says("Referral sent")

    assert Referral.objects.get().state == ReferralState.SUBMITTED


@pytest.fixture
def begun(cast) -> Referral:
    """One begun by the school's referrer."""
    return services.begin_referral(cast.partnership, by=cast.referrer, agency=cast.agency("school"))


def test_what_is_typed_is_saved_without_a_click_and_found_by_a_colleague(walk, sign_in, cast, begun):
    colleague = cast.person(Role.REFERRER)
    services.leave_to_colleague(begun, colleague=colleague, by=cast.referrer)
    walk.sign_in_as(cast.referrer).go("referrals:page", begun.pk, "account")
    box = walk.page.get_by_label("What happened?")
    box.press_sequentially("She was found")
    walk.page.get_by_text("Saved at").wait_for()
    box.press_sequentially(" alone")
    expect(walk.page.locator("[name=version]")).to_have_value("3", timeout=15_000)

    # The window is closed without a word; a colleague goes on.
    walk.sign_in_as(colleague).go("referrals:page", begun.pk, "account")
    walk.says(f"{cast.referrer} typed this", f"{cast.referrer} has “What happened” open now.")
    assert walk.page.get_by_label("What happened?").input_value() == "She was found alone"
    walk.answer({})
    assert walk.at == "referrals:page"


def test_two_windows_on_one_page_see_both_versions(walk, context, live_server, sign_in, cast, begun):
    walk.sign_in_as(cast.referrer).go("referrals:page", begun.pk, "account")
    other = Walk(context.browser.new_context().new_page(), live_server.url, sign_in)
    other.sign_in_as(cast.dsl).go("referrals:page", begun.pk, "account")
    walk.type({"What happened?": "Mine"}).page.get_by_text("Saved at").wait_for()

    other.page.get_by_label("What happened?").press_sequentially("Hers")

    other.page.get_by_text(f"{cast.referrer} is writing on this page too.").wait_for()
    other.page.get_by_role("button", name="Save and continue").click()
    other.page.get_by_text("Somebody changed this page while you were writing.").wait_for()
    other.says("Mine")
    assert other.page.get_by_label("What happened?").input_value() == "Hers"
    other.page.context.close()


def test_a_session_that_ends_while_somebody_types_costs_no_word(walk, cast, begun):
    walk.sign_in_as(cast.referrer).go("referrals:page", begun.pk, "account")
    Session.objects.all().delete()

    walk.page.get_by_label("What happened?").press_sequentially("A long memory")

    walk.page.get_by_text("You have been signed out.").wait_for()
    walk.page.get_by_role("button", name="Save and continue").click()
    walk.page.wait_for_url(f"**{reverse('account_login')}**")


def test_going_back_in_the_browser_and_saving_again_works(walk, cast, begun):
    walk.sign_in_as(cast.referrer).go("referrals:page", begun.pk, "account")
    walk.answer({"What happened?": "First words"})
    walk.page.go_back()

    walk.answer({"What happened?": "Second words"})

    begun.draft.refresh_from_db()
    assert begun.typed["account"] == "Second words"
