"""Pages: the business unit's e-mails, the notices, and nothing for anybody else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import send_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import CaseFactory, has_opened

from accounts.db import remembering
from accounts.roles import Role
from casework.models import Document, Event
from casework.services import admit, raise_wall
from correspondence import services, tasks
from correspondence.demo import recent
from correspondence.models import How, Message, MessageState, Notice, NoticeSubject, Recipient
from correspondence.services import record_notice, resend, settle
from correspondence.waiting import waiting
from govuk.widgets import posted
from lcspr import clock

pytestmark = pytest.mark.django_db


TO_COME = dt.datetime(2199, 6, 1, 12, 0, tzinfo=dt.UTC)
BEFORE_IT = dt.datetime(2019, 6, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def message(cast, queued) -> Message:
    return queued(cast.sgc)[0]


@pytest.fixture
def failed(message) -> Message:
    Message.objects.filter(pk=message.pk).update(state=MessageState.FAILED, failure="Refused.", attempts=6)
    message.refresh_from_db()
    return message


@pytest.fixture
def notice(cast, case) -> Notice:
    return record_notice(
        case,
        to=Recipient.OFSTED,
        subject=NoticeSubject.LCSPR_STARTING,
        sent_at=clock.now() - dt.timedelta(days=2),
        how=How.EMAIL,
        by=cast.bum,
        words="Told that the review starts.",
    )


def messages_page(case) -> str:
    return reverse("correspondence:messages", args=[case.pk])


def message_page(message, name="message") -> str:
    return reverse(f"correspondence:{name}", args=[message.case_id, message.key])


def notices_page(case, name="notices") -> str:
    return reverse(f"correspondence:{name}", args=[case.pk])


def everything(case, message, notice) -> list[tuple[str, str]]:
    """Every page about this case, by the method it is asked with."""
    return [
        ("get", messages_page(case)),
        ("get", message_page(message)),
        ("post", message_page(message, "resend")),
        ("get", message_page(message, "settle")),
        ("post", message_page(message, "settle")),
        ("get", notices_page(case)),
        ("get", notices_page(case, "notice-new")),
        ("post", notices_page(case, "notice-new")),
        ("get", reverse("correspondence:reply", args=[notice.pk])),
        ("post", reverse("correspondence:reply", args=[notice.pk])),
    ]


def test_for_an_outsider_no_page_exists(outsider, case, failed, notice, sign_in):
    client = sign_in(outsider)

    answers = {
        f"{method} {page}": getattr(client, method)(page).status_code
        for method, page in everything(case, failed, notice)
    }

    assert set(answers.values()) == {404}, answers
    failed.refresh_from_db()
    assert (failed.state, Notice.objects.count()) == (MessageState.FAILED, 1)


def test_behind_a_wall_no_page_exists(cast, case, failed, notice, sign_in):
    raise_wall(case, user=cast.bu, reason="Knows the family", by=cast.bum)
    client = sign_in(cast.bu)

    answers = [getattr(client, method)(page).status_code for method, page in everything(case, failed, notice)]

    assert set(answers) == {404}
    assert "Child Q" not in client.get(reverse("correspondence:failed")).content.decode()


def test_nobody_comes_in_without_signing_in(client, case, failed, notice):
    for method, page in everything(case, failed, notice):
        assert getattr(client, method)(page).status_code == 302


def test_the_messages_are_the_business_units_alone(cast, case, failed, sign_in):
    client = sign_in(cast.sgc)

    answers = [
        client.get(messages_page(case)).status_code,
        client.get(message_page(failed)).status_code,
        client.post(message_page(failed, "resend")).status_code,
        client.post(message_page(failed, "settle")).status_code,
        client.get(reverse("correspondence:failed")).status_code,
    ]

    assert answers == [403] * 5


def test_another_area_let_into_the_case_reads_no_messages(cast, other_cast, case, message, sign_in):
    stranger = other_cast.sg
    admit(
        case, role=Role.SG, partnership=other_cast.partnership, by=cast.bum, on=clock.today(), why="Home area"
    )
    has_opened(case, stranger)

    assert sign_in(stranger).get(messages_page(case)).status_code == 403
    assert list(Message.objects.visible_to(stranger)) == []


def test_a_message_of_another_case_is_not_found_under_this_one(cast, case, message, sign_in):
    other = CaseFactory(partnership=cast.partnership)
    has_opened(other, cast.bum)

    page = reverse("correspondence:message", args=[other.pk, message.key])

    assert sign_in(cast.bum).get(page).status_code == 404


def test_the_list_shows_each_message_with_its_state(cast, case, queued, failed, sign_in):
    [sent] = queued(cast.rep)
    tasks.deliver(sent.pk)
    queued(cast.bum)

    text = sign_in(cast.bu).get(messages_page(case)).content.decode()

    for words in ("Could not be sent", "Waiting to be sent", ">Sent<", "OFFICIAL-SENSITIVE"):
        assert words in text


def test_a_message_to_be_tried_again_says_when_and_why(cast, case, message, settings, sign_in):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tasks.deliver(message.pk)
    client = sign_in(cast.bu)

    assert "Will be tried again" in client.get(messages_page(case)).content.decode()
    text = client.get(message_page(message)).content.decode()
    assert "The mail server could not be reached." in text
    assert "Next attempt" in text


def test_a_message_is_shown_as_it_was_written(cast, message, sign_in):
    text = sign_in(cast.bu).get(message_page(message)).content.decode()

    assert "Read the report, for the case known as Child Q" in text
    assert message.message_id.strip("<>") in text
    assert "Nightingale" not in text


def test_opening_a_message_is_on_record(cast, case, message, sign_in):
    sign_in(cast.bu).get(message_page(message))

    read = Event.objects.get(verb="read", actor=cast.bu)
    assert (read.case, read.object) == (case, f"correspondence.Message:{message.pk}")


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_ask_the_same_number_of_questions_for_one_row_and_three(
    count, cast, case, queued, notice, sign_in
):
    client = sign_in(cast.bum)
    pages = [messages_page(case), notices_page(case), reverse("correspondence:failed")]
    queued(cast.sgc)
    _fail_all()
    for page in pages:
        client.get(page)
    before = [_queries(client, page) for page in pages]
    for _ in range(count - 1):
        queued(cast.rep)
        Notice.objects.create(
            case=case, to="dfe", subject="other", sent_at=clock.now(), how="letter", recorded_by=cast.bum
        )
    _fail_all()

    assert [_queries(client, page) for page in pages] == before


def test_a_failed_message_is_sent_again_under_its_own_number(cast, case, failed, sign_in):
    cast.sgc.email = "moved@example.org"
    cast.sgc.save()

    answer = sign_in(cast.bu).post(message_page(failed, "resend"))

    assert answer.status_code == 302
    tasks.deliver_waiting()
    [letter] = mail.outbox
    assert (letter.to, letter.message()["Message-ID"]) == (["moved@example.org"], failed.message_id)
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.failure) == (MessageState.SENT, 1, "")
    assert Event.objects.filter(verb="message_resent", case=case, actor=cast.bu).count() == 1


def test_a_sent_message_is_sent_again_as_a_new_one(cast, message, sign_in):
    tasks.deliver(message.pk)

    sign_in(cast.bu).post(message_page(message, "resend"))
    tasks.deliver_waiting()

    again = Message.objects.get(repeats=message)
    assert [letter.message()["Message-ID"] for letter in mail.outbox] == [
        message.message_id,
        again.message_id,
    ]
    assert len({message.message_id, again.message_id}) == 2


def test_resending_is_handed_to_the_worker_after_the_commit(
    cast, failed, handed_over, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        resend(failed, by=cast.bu)
        assert handed_over == []

    assert handed_over == [failed.pk]


def test_a_message_being_sent_is_not_sent_again(cast, message, sign_in):
    Message.objects.filter(pk=message.pk).update(state=MessageState.CLAIMED, claimed_at=clock.now())

    answer = sign_in(cast.bu).post(message_page(message, "resend"))

    assert answer.status_code == 200
    assert "being sent at this moment" in answer.content.decode()


def test_nothing_is_sent_again_to_whoever_may_no_longer_open_the_case(cast, case, failed, sign_in):
    raise_wall(case, user=cast.sgc, reason="Knows the family", by=cast.bum)

    answer = sign_in(cast.bu).post(message_page(failed, "resend"))

    assert "may no longer open this case" in answer.content.decode()
    failed.refresh_from_db()
    assert failed.state == MessageState.FAILED


def test_a_failed_message_waits_on_the_business_unit_until_it_is_dealt_with(
    cast, outsider, case, failed, sign_in
):
    [task] = waiting(cast.bum)
    assert (task.case, task.href, task.mine) == (case, messages_page(case), True)
    assert task.verb == "See to an e-mail that did not arrive"
    assert [each.mine for each in waiting(cast.sgc, case)] == [False]
    assert (waiting(cast.sgc), waiting(outsider), waiting(outsider, case)) == ([], [], [])

    answer = sign_in(cast.bu).post(message_page(failed, "settle"), {"how": "Telephoned on Monday"})

    assert answer.status_code == 302
    assert waiting(cast.bum) == []
    failed.refresh_from_db()
    assert (failed.state, failed.settled_by) == (MessageState.FAILED, cast.bu)
    assert "Telephoned on Monday" in sign_in(cast.bu).get(message_page(failed)).content.decode()


def test_a_message_is_dealt_with_once(cast, failed, message, sign_in):
    settle(failed, by=cast.bum, how="Telephoned")

    answer = sign_in(cast.bu).post(message_page(failed, "settle"), {"how": "Telephoned too"})

    assert "no longer waits for anybody" in answer.content.decode()
    failed.refresh_from_db()
    assert failed.settled_words == "Telephoned"


def test_the_page_of_failures_gathers_the_cases_of_the_partnership(cast, outsider, case, failed, sign_in):
    page = reverse("correspondence:failed")

    text = sign_in(cast.bu).get(page).content.decode()
    assert "Child Q" in text
    assert "Refused." in text
    assert "Child Q" not in sign_in(outsider).get(page).content.decode()


def test_what_waits_asks_a_constant_number_of_questions(cast, plain, case, failed, handed_over):
    def asked() -> int:
        with remembering(), CaptureQueriesContext(connection) as queries:
            waiting(cast.bum)
        return len(queries)

    one = asked()
    for _ in range(2):
        other = CaseFactory(partnership=cast.partnership)
        services.queue(plain, case=other, to=[cast.bum], by=cast.bum)
    _fail_all()

    assert len(waiting(cast.bum)) == 3
    assert asked() == one


def test_notices_are_read_by_whoever_reads_letters_and_written_by_the_business_unit(
    cast, case, notice, sign_in
):
    chair, representative, officer = sign_in(cast.sgc), sign_in(cast.rep), sign_in(cast.bu)

    seen = chair.get(notices_page(case))
    assert (seen.status_code, "Record a" in seen.content.decode()) == (200, False)
    assert chair.get(notices_page(case, "notice-new")).status_code == 403
    assert chair.post(reverse("correspondence:reply", args=[notice.pk])).status_code == 403
    assert representative.get(notices_page(case)).status_code == 403
    text = officer.get(notices_page(case)).content.decode()
    for words in ("Ofsted", "Told that the review starts.", "Record a notice", "Record a reply"):
        assert words in text


def test_a_notice_is_recorded_with_its_proof(cast, case, sign_in):
    sent_at = clock.now().replace(second=0, microsecond=0) - dt.timedelta(days=1)
    answers = {
        "to": "other_partnership",
        "partnership_name": "Southmere Borough",
        "other_name": "left over",
        "subject": "rapid_review_sent",
        "how": "portal",
        "words": "Sent the rapid review.",
        "proof": SimpleUploadedFile("receipt.pdf", b"%PDF-1.7 receipt", "application/pdf"),
        **posted("sent_at", sent_at),
    }

    answer = sign_in(cast.bu).post(notices_page(case, "notice-new"), answers)

    assert answer.status_code == 302
    kept = Notice.objects.get()
    assert (kept.to, kept.other_name, kept.sent_at, kept.recorded_by) == (
        "other_partnership",
        "Southmere Borough",
        sent_at,
        cast.bu,
    )
    assert (kept.proof.title, kept.proof.thing) == ("Proof: Rapid review sent", "panel_letters")


def test_a_task_may_ask_for_a_certain_notice(cast, case, sign_in):
    page = notices_page(case, "notice-new")
    client = sign_in(cast.bu)

    form = client.get(page, {"to": "ofsted", "subject": "lcspr_starting"}).context["form"]
    assert form.initial == {"to": "ofsted", "subject": "lcspr_starting"}
    assert client.get(page, {"to": "<b>", "subject": "gossip"}).context["form"].initial == {}


@pytest.mark.parametrize(
    ("changed", "field", "error"),
    [
        ({"to": ""}, "to", "Select who was told"),
        ({"to": "other"}, "other_name", "Enter the name of the person or organisation"),
        ({"subject": ""}, "subject", "Select what they were told"),
        ({"how": ""}, "how", "Select how they were told"),
        ({"sent_at-year": ""}, "sent_at", "The time of the notice must include a year"),
        (posted("sent_at", TO_COME), "sent_at", "The time of the notice must be today or in the past"),
        (
            posted("sent_at", BEFORE_IT),
            "sent_at",
            "The notice cannot be dated before the incident, which was on 1 January 2020.",
        ),
        ({"words": "x" * 20_001}, "words", "What was said must be 20000 characters or fewer (now 20001)"),
        (
            {"proof": SimpleUploadedFile("run.exe", b"MZ\x90\x00 program")},
            "proof",
            "This kind of file cannot be taken. "
            "Send a PDF, a Word document, an Excel workbook, a picture or a saved e-mail.",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_question_and_nothing_is_kept(
    cast, case, sign_in, changed, field, error
):
    case.incident_from = dt.date(2020, 1, 1)
    case.save()
    sent_at = clock.now() - dt.timedelta(days=1)
    sound = {"to": "ofsted", "subject": "other", "how": "letter", **posted("sent_at", sent_at)}

    answer = sign_in(cast.bu).post(notices_page(case, "notice-new"), {**sound, **changed})

    assert answer.status_code == 200
    assert answer.context["form"].errors == {field: [error]}
    assert (Notice.objects.count(), Document.objects.count()) == (0, 0)


def test_twenty_thousand_characters_are_taken(cast, case, sign_in):
    sent_at = clock.now() - dt.timedelta(days=1)
    answers = {"to": "ofsted", "subject": "other", "how": "letter", "words": "é\r\n" * 10_000}

    answer = sign_in(cast.bu).post(
        notices_page(case, "notice-new"), {**answers, **posted("sent_at", sent_at)}
    )

    assert answer.status_code == 302


def test_a_reply_is_recorded_with_its_file_and_shown(cast, case, notice, sign_in):
    client, page = sign_in(cast.bu), reverse("correspondence:reply", args=[notice.pk])
    received_at = clock.now() - dt.timedelta(days=1)
    answers = {
        "words": "They thank us.",
        "reply": SimpleUploadedFile("letter.pdf", b"%PDF-1.7 letter", "application/pdf"),
        **posted("received_at", received_at),
    }

    assert client.post(page, answers).status_code == 302

    text = client.get(notices_page(case)).content.decode()
    assert "They thank us." in text
    assert "Record a reply" not in text
    again = client.post(page, {"words": "Twice", **posted("received_at", received_at)})
    assert again.context["form"].non_field_errors() == ["A reply to this notice has been recorded already."]
    assert Document.objects.count() == 1


def test_a_second_reply_that_is_refused_leaves_no_file_behind(cast, notice, sign_in):
    client, page = sign_in(cast.bu), reverse("correspondence:reply", args=[notice.pk])
    received = posted("received_at", clock.now() - dt.timedelta(days=1))
    client.post(page, {"words": "They thank us.", **received})

    client.post(page, {"reply": SimpleUploadedFile("letter.pdf", b"%PDF-1.7 letter"), **received})

    assert Document.objects.count() == 0


def test_a_reply_before_its_notice_and_an_empty_one_are_refused_beside_the_question(cast, notice, sign_in):
    client, page = sign_in(cast.bu), reverse("correspondence:reply", args=[notice.pk])

    early = client.post(page, {"words": "Soon", **posted("received_at", clock.now() - dt.timedelta(days=9))})
    empty = client.post(page, posted("received_at", clock.now() - dt.timedelta(days=1)))

    [sentence] = early.context["form"].errors["received_at"]
    assert sentence.startswith("The reply cannot be dated before the notice, which was sent on ")
    assert empty.context["form"].errors == {"words": ["Say what they replied, or add the reply as a file"]}


def test_the_post_is_shown_in_the_demonstration_alone(client, settings, tmp_path):
    page = reverse("correspondence:demo-post")
    assert client.get(page).status_code == 404

    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.DEMO, settings.MAIL_FOLDER, settings.EMAIL_FILE_PATH = True, str(tmp_path), str(tmp_path)
    assert "No e-mails yet." in client.get(page).content.decode()
    send_mail("Your code", "The code is 123456 <b>é</b>", "no-reply@example.org", ["sgc@example.org"])

    text = client.get(page).content.decode()
    assert "The code is 123456 &lt;b&gt;é&lt;/b&gt;" in text
    assert "sgc@example.org" in text


def test_the_newest_post_comes_first_and_a_half_written_file_harms_nothing(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    for subject in ("First", "Second"):
        send_mail(subject, "Text", "no-reply@example.org", ["sgc@example.org"])
    (tmp_path / "20260101-000000-1.log").write_bytes(b"Content-Type: text/pl")

    assert [letter.subject for letter in recent(tmp_path) if letter.subject] == ["Second", "First"]


def _fail_all() -> None:
    Message.objects.filter(state=MessageState.QUEUED).update(state=MessageState.FAILED, failure="Refused.")


def _queries(client, page: str) -> int:
    with remembering(), CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)
