"""The pages: who sees what, what they can do there, and what is refused beside the question."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from factories import CaseFactory, has_opened

from accounts.roles import Role
from actions import services
from actions.models import Action, ActionPlan, ActionState, ActionUpdate, Evidence, Recommendation
from casework.services import admit
from casework.transitions import exits
from govuk.widgets import posted
from lcspr import clock

pytestmark = pytest.mark.django_db


def _text(response) -> str:
    return response.content.decode()


def _action_form(agency, owner, **more):
    return {
        "text": "Train every member of staff",
        "intended_outcome": "Children are heard",
        "agency": agency.pk,
        "owner": owner.pk,
        **posted("starts_on", clock.today()),
        **posted("due_on", clock.today() + dt.timedelta(days=30)),
        **more,
    }


@pytest.mark.parametrize("model", [Action, ActionPlan, Recommendation])
def test_every_act_has_its_page(model):
    field = model._meta.get_field("state")

    for transition in field.get_all_transitions(model):
        assert reverse(f"actions:{transition.name}", args=["00000000-0000-4000-8000-000000000000"])


def _pages(case, action, recommendation, plan):
    """Every address of the app that is about something."""
    of = {Action: action, Recommendation: recommendation, ActionPlan: plan}
    acts = {
        reverse(f"actions:{transition.name}", args=[record.pk])
        for model, record in of.items()
        for transition in model._meta.get_field("state").get_all_transitions(model)
    }
    plain = {
        "case": case,
        "add": case,
        "recommendations": case,
        "propose": case,
        "draft_plan": case,
        "action": action,
        "update": action,
        "add_evidence": action,
        "reassign": action,
        "recommendation": recommendation,
        "correct": recommendation,
        "plan": plan,
        "report_progress": plan,
    }
    return acts | {reverse(f"actions:{name}", args=[record.pk]) for name, record in plain.items()}


@pytest.fixture
def plan(case, cast):
    return services.draft_plan(case, by=cast.bum, on=clock.today())


def test_an_outsider_finds_nothing_anywhere(case, action, recommendation, plan, outsider, open_page):
    client = open_page(outsider)

    for page in sorted(_pages(case, action, recommendation, plan)):
        assert client.get(page).status_code == 404, page
        assert client.post(page).status_code == 404, page


def test_a_walled_business_manager_finds_nothing_either(case, action, cast, open_page):
    from casework.services import raise_wall

    raise_wall(case, user=cast.bu, reason="A neighbour", by=cast.bum)

    assert open_page(cast.bu).get(reverse("actions:action", args=[action.pk])).status_code == 404


def test_the_referrer_is_in_the_case_but_reads_no_actions(case, action, cast, open_page):
    admit(case, role=Role.REFERRER, user=cast.referrer, why="Referred", by=cast.bum, on=clock.today())
    client = open_page(cast.referrer)

    assert client.get(reverse("actions:case", args=[case.pk])).status_code == 403
    assert client.get(reverse("actions:recommendations", args=[case.pk])).status_code == 403
    assert client.get(reverse("actions:action", args=[action.pk])).status_code == 404


def test_the_owner_sees_their_own_action_and_no_other(case, action, new_action, cast, owner, open_page):
    other = new_action(owner=cast.person(Role.DSL, agency="school"), text="Something for a colleague")
    client = open_page(owner)

    listed = client.get(reverse("actions:case", args=[case.pk]))

    assert [row[0]["text"] for row in listed.context["rows"]] == ["Action 1"]
    assert "colleague" not in _text(listed)
    assert client.get(reverse("actions:action", args=[other.pk])).status_code == 404
    assert client.post(reverse("actions:update", args=[other.pk])).status_code == 404
    assert client.get(reverse("actions:add", args=[case.pk])).status_code == 403


def test_an_owner_who_represents_the_school_elsewhere_still_sees_only_their_own(
    case, cast, new_action, open_page
):
    case.access.filter(role=Role.REP).update(until=clock.today())
    representative = cast.rep
    own = new_action(owner=representative)
    new_action(text="Something for a colleague")

    listed = open_page(representative).get(reverse("actions:case", args=[case.pk]))

    assert [row[0]["text"] for row in listed.context["rows"]] == [str(own)]


def test_a_representative_sees_their_agency_and_not_another(case, action, new_action, cast, open_page):
    admit(case, role=Role.REP, agency=cast.agency("clinic"), why="Asked", by=cast.bum, on=clock.today())
    elsewhere = cast.person(Role.REP, agency="clinic")
    theirs = new_action(agency=cast.agency("clinic"), owner=elsewhere, text="Only for the clinic")

    school, clinic = open_page(cast.rep), open_page(elsewhere)

    assert "Only for the clinic" not in _text(school.get(reverse("actions:case", args=[case.pk])))
    assert school.get(reverse("actions:action", args=[theirs.pk])).status_code == 404
    assert clinic.get(reverse("actions:action", args=[theirs.pk])).status_code == 200
    assert clinic.get(reverse("actions:action", args=[action.pk])).status_code == 404


def test_a_representative_sees_a_recommendation_from_when_responses_are_asked(
    case, recommendation, cast, open_page
):
    client = open_page(cast.rep)
    page = reverse("actions:recommendation", args=[recommendation.pk])

    before = client.get(page).status_code
    services.request_response(
        recommendation, by=cast.bum, on=clock.today(), respond_by=clock.today(), agency=cast.agency("school")
    )

    assert (before, client.get(page).status_code) == (404, 200)


def test_an_owner_reads_the_recommendation_their_action_serves_and_no_other(
    case, recommendation, new_action, cast, owner, open_page
):
    new_action(recommendation=recommendation)
    new_action(recommendation=recommendation)
    other = services.propose_recommendation(
        case, text="Another", source_kind="audit", by=cast.bum, on=clock.today()
    )
    client = open_page(owner)

    assert list(Recommendation.objects.visible_to(owner)) == [recommendation]
    assert client.get(reverse("actions:recommendation", args=[recommendation.pk])).status_code == 200
    assert client.get(reverse("actions:recommendation", args=[other.pk])).status_code == 404


def test_an_author_proposes_and_reads_what_they_proposed(case, recommendation, cast, open_page):
    admit(case, role=Role.AUT, user=cast.aut, why="Appointed", by=cast.bum, on=clock.today())
    client = open_page(cast.aut)

    client.post(
        reverse("actions:propose", args=[case.pk]),
        {"text": "Write plainly", "source_kind": "lcspr", "level": "local"},
    )

    assert [found.text for found in Recommendation.objects.visible_to(cast.aut)] == ["Write plainly"]
    assert client.get(reverse("actions:recommendation", args=[recommendation.pk])).status_code == 404


def test_an_agency_does_not_see_the_plan(case, plan, cast, open_page):
    assert open_page(cast.rep).get(reverse("actions:plan", args=[plan.pk])).status_code == 404
    assert open_page(cast.sg).get(reverse("actions:plan", args=[plan.pk])).status_code == 200


def test_adding_an_action(case, cast, owner, open_page):
    client = open_page(cast.bum)

    answer = client.post(
        reverse("actions:add", args=[case.pk]), _action_form(cast.agency("school"), owner, immediate="on")
    )

    action = Action.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("actions:case", args=[case.pk]))
    assert (action.owner, action.immediate, action.state) == (owner, True, "not_started")


def test_a_representative_is_offered_only_their_own_colleagues(case, cast, owner, open_page):
    stranger = cast.person(Role.REP, agency="clinic")

    form = open_page(cast.rep).get(reverse("actions:add", args=[case.pk])).context["form"]

    assert list(form.fields["agency"].queryset) == [cast.agency("school")]
    assert str(stranger.pk) not in dict(form.fields["owner"].choices)
    assert str(owner.pk) in dict(form.fields["owner"].choices)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"text": ""}, "text", "Enter what will be done"),
        ({"text": "a" * 20_001}, "text", "What will be done must be 20000 characters or fewer (now 20001)"),
        ({"due_on-day": "32"}, "due_on", "The target date must be a real date"),
        (
            posted("due_on", dt.date(2020, 1, 1)),
            "due_on",
            "The target date must be the same as or after the start date",
        ),
    ],
)
def test_a_wrong_answer_is_told_beside_the_question(case, cast, owner, open_page, change, field, sentence):
    answer = open_page(cast.bum).post(
        reverse("actions:add", args=[case.pk]), _action_form(cast.agency("school"), owner, **change)
    )

    assert answer.status_code == 200
    assert answer.context["form"].errors[field] == [sentence]
    assert list(Action.objects.all()) == []


def test_an_owner_of_another_agency_is_told_beside_the_question(case, cast, owner, open_page):
    stranger = cast.person(Role.REP, agency="clinic")

    answer = open_page(cast.bum).post(
        reverse("actions:add", args=[case.pk]), _action_form(cast.agency("school"), stranger)
    )

    assert answer.context["form"].errors["owner"] == ["Choose somebody who works for NSCP school"]


def test_twenty_thousand_characters_are_taken(case, cast, owner, open_page):
    open_page(cast.bum).post(
        reverse("actions:add", args=[case.pk]),
        _action_form(cast.agency("school"), owner, text="a\r\n" * 10_000),
    )

    assert len(Action.objects.get().text) in {19_999, 20_000}


def test_the_owner_updates_adds_evidence_and_says_it_is_done(action, owner, open_page, upload):
    client = open_page(owner)
    client.post(reverse("actions:start", args=[action.pk]))
    client.post(reverse("actions:update", args=[action.pk]), {"text": "Half done", "outlook": "blocked"})
    client.post(
        reverse("actions:add_evidence", args=[action.pk]), {"upload": upload(), "shows": "Attendance"}
    )
    client.post(reverse("actions:complete", args=[action.pk]))

    page = client.get(reverse("actions:action", args=[action.pk]))
    document = client.get(reverse("actions:evidence", args=[Evidence.objects.get().pk]))

    assert Action.objects.get().state == "complete_pending_evidence"
    assert ActionUpdate.objects.get().text == "Half done"
    assert "Attendance" in _text(page)
    assert "Red: more than a month late, or blocked" in _text(page)
    assert b"".join(document.streaming_content) == b"%PDF-1.4 invented"


def test_evidence_of_another_action_is_not_given_out(action, new_action, bring_to, cast, owner, open_page):
    other = new_action(owner=cast.person(Role.DSL, agency="school"))
    bring_to(other, ActionState.COMPLETE_PENDING_EVIDENCE)
    evidence = Evidence.objects.get()

    assert open_page(owner).get(reverse("actions:evidence", args=[evidence.pk])).status_code == 404
    assert open_page(cast.sgc).get(reverse("actions:evidence", args=[evidence.pk])).status_code == 200


def test_a_wrong_kind_of_file_is_refused_beside_the_question(action, owner, open_page):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = open_page(owner).post(
        reverse("actions:add_evidence", args=[action.pk]),
        {"upload": SimpleUploadedFile("x.exe", b"MZ\x00\x01"), "shows": "It"},
    )

    assert list(answer.context["form"].errors) == ["upload"]
    assert list(Evidence.objects.all()) == []


def test_a_blocked_act_says_what_is_missing(action, cast, open_page):
    services.start_action(action, by=cast.bum)
    services.complete_action(action, by=cast.bum)
    client = open_page(cast.sgc)
    missing = "Add the evidence that it was done"

    assert missing in _text(client.get(reverse("actions:action", args=[action.pk])))
    answer = client.post(reverse("actions:accept_evidence", args=[action.pk]))

    assert answer.status_code == 200
    assert missing in _text(answer)


def test_who_may_not_do_an_act_is_refused(action, asked, plan, cast, open_page):
    representative = open_page(cast.rep)
    partner = open_page(cast.dsp_la)

    assert representative.get(reverse("actions:extend", args=[action.pk])).status_code == 403
    assert partner.post(reverse("actions:start", args=[action.pk])).status_code == 403
    assert partner.get(reverse("actions:accept", args=[asked.pk])).status_code == 403
    assert open_page(cast.bum).post(reverse("actions:agree", args=[plan.pk])).status_code == 403


def test_a_second_click_gets_the_page_of_what_happened(action, owner, open_page):
    client = open_page(owner)
    client.post(reverse("actions:start", args=[action.pk]))

    assert client.post(reverse("actions:start", args=[action.pk])).status_code == 409


def test_responding(asked, cast, open_page):
    client = open_page(cast.rep)
    page = reverse("actions:reject", args=[asked.pk])

    empty = client.post(page, {"reasons": ""})
    client.post(page, {"reasons": "It duplicates one of 2024"})

    assert list(empty.context["form"].errors) == ["reasons"]
    found = Recommendation.objects.get()
    assert (found.state, found.reasons, found.responded_by) == (
        "rejected",
        "It duplicates one of 2024",
        cast.rep,
    )


def test_a_later_date_is_given_on_a_page(action, cast, open_page):
    old = action.due_on
    client = open_page(cast.sgc)
    page = reverse("actions:extend", args=[action.pk])

    earlier = client.post(page, {**posted("due_on", old), "reason": "Snow"})
    client.post(page, {**posted("due_on", old + dt.timedelta(days=30)), "reason": "Snow"})

    assert earlier.context["form"].non_field_errors() == ["The new date must be later than the one it has."]
    assert Action.objects.get().due_on == old + dt.timedelta(days=30)
    assert "Snow" in _text(client.get(reverse("actions:action", args=[action.pk])))


def test_the_plan_is_walked_on_its_pages(case, action, bring_to, cast, open_page):
    manager, chair = open_page(cast.bum), open_page(cast.sgc)
    manager.post(reverse("actions:draft_plan", args=[case.pk]))
    plan = ActionPlan.objects.get()
    bring_to(action, ActionState.CLOSED)

    chair.post(reverse("actions:agree", args=[plan.pk]))
    manager.post(reverse("actions:run", args=[plan.pk]))
    manager.post(
        reverse("actions:report_progress", args=[plan.pk]),
        {"told": "The executive", "text": "Well", **posted("reported_on", clock.today())},
    )
    manager.post(reverse("actions:evaluate", args=[plan.pk]), {"evaluation": "Children are heard"})

    assert ActionPlan.objects.get().state == "evaluated"
    page = _text(chair.get(reverse("actions:plan", args=[plan.pk])))
    assert "The executive" in page
    assert "Children are heard" in page


def test_mine_across_cases_shows_words_only_of_my_own(case, action, new_action, cast, owner, sign_in):
    new_action(owner=cast.rep, text="Something for a colleague")

    mine = sign_in(owner).get(reverse("actions:mine"))
    everybody = sign_in(cast.sgc).get(reverse("actions:mine"), {"whose": "all"})

    assert [row[1] for row in mine.context["rows"]] == ["Child R"]
    assert "Train every member" in _text(mine)
    # Two that are due on one day stand in no order of their own.
    assert {row[2] for row in everybody.context["rows"]} == {
        f"For {person}, school" for person in (cast.rep, owner)
    }
    assert "Train every member" not in _text(everybody)


def test_mine_is_filtered_by_the_address(action, new_action, bring_to, owner, sign_in):
    late = new_action(due_in=-3)
    closed = bring_to(new_action(), ActionState.CLOSED)
    client = sign_in(owner)

    def listed(**filters):
        rows = client.get(reverse("actions:mine"), filters).context["rows"]
        return [row[0]["text"] for row in rows]

    assert listed() == [str(late), str(action)]
    assert listed(show="late") == [str(late)]
    assert listed(show="closed") == [str(closed)]
    assert listed(show="nonsense") == [str(late), str(action)]


def test_mine_is_empty_for_an_outsider(action, outsider, sign_in):
    answer = sign_in(outsider).get(reverse("actions:mine"), {"whose": "all", "show": "all"})

    assert answer.context["rows"] == []


@pytest.mark.parametrize("name", ["mine", "case", "recommendations", "plan"])
def test_lists_ask_the_same_of_the_database_for_one_row_and_three(
    name, case, cast, new_action, plan, open_page
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def more():
        found = services.propose_recommendation(
            case, text="Do it", source_kind="lcspr", by=cast.bum, on=clock.today()
        )
        services.request_response(
            found, by=cast.bum, on=clock.today(), respond_by=clock.today(), agency=cast.agency("school")
        )
        new_action(recommendation=found)

    client = open_page(cast.sgc)
    page = {
        "mine": reverse("actions:mine") + "?whose=all",
        "plan": reverse("actions:plan", args=[plan.pk]),
    }.get(name) or reverse(f"actions:{name}", args=[case.pk])
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            more()
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_nothing_is_read_without_a_record(action, owner, open_page):
    from casework.models import Event

    open_page(owner).get(reverse("actions:action", args=[action.pk]))

    read = Event.objects.filter(verb="read").latest("id")
    assert (read.actor, read.object) == (owner, f"actions.Action:{action.pk}")


def test_a_case_of_the_same_partnership_is_apart(cast, action, open_page):
    other = CaseFactory(partnership=cast.partnership)
    has_opened(other, cast.bum)

    answer = open_page(cast.bum).get(reverse("actions:case", args=[other.pk]))

    assert answer.context["rows"] == []


def test_exits_of_a_finished_action_are_none(action, bring_to):
    assert exits(bring_to(action, ActionState.SUPERSEDED)) == {}


def test_two_clicks_add_one_of_each(case, action, cast, owner, open_page, upload):
    manager, worker = open_page(cast.bum), open_page(owner)

    def click_twice(client, page, **answers):
        key = client.get(page).context["form"]["key"].value()
        codes = [client.post(page, {**answers, "key": key, **_file(answers)}).status_code for _ in range(2)]
        assert codes == [302, 302]

    def _file(answers):
        return {"upload": upload()} if "shows" in answers else {}

    click_twice(manager, reverse("actions:add", args=[case.pk]), **_action_form(cast.agency("school"), owner))
    click_twice(
        manager, reverse("actions:propose", args=[case.pk]), text="Once", source_kind="audit", level="local"
    )
    click_twice(worker, reverse("actions:update", args=[action.pk]), text="Once", outlook="on_track")
    click_twice(worker, reverse("actions:add_evidence", args=[action.pk]), shows="Once")

    counts = [model.objects.count() for model in (Action, Recommendation, ActionUpdate, Evidence)]
    assert counts == [2, 1, 1, 1]


def test_a_key_of_somebody_else_s_row_opens_nothing(case, action, cast, owner, open_page):
    answer = open_page(cast.bu).post(
        reverse("actions:add", args=[case.pk]), _action_form(cast.agency("school"), owner, key=action.pk)
    )

    assert answer.status_code == 403
    assert list(Action.objects.all()) == [action]
