import logging

import pytest
from django.db import IntegrityError, connection

from lcspr.logs import PlainFormatter, without_row


def test_the_row_that_the_database_quotes_is_cut_out():
    message = (
        'new row for relation "casework_subject" violates check constraint "born_before_today"\n'
        "DETAIL:  Failing row contains (1, Zebedee Quill,\nMum: he was seen at home\n  File “notes”).\n"
        "\n"
        "The above exception was the direct cause of the following exception:\n"
        "Traceback (most recent call last):\n"
    )

    assert without_row(message) == (
        'new row for relation "casework_subject" violates check constraint "born_before_today"\n'
        "DETAIL: left out of the log\n"
        "The above exception was the direct cause of the following exception:\n"
        "Traceback (most recent call last):"
    )


def test_an_ordinary_line_is_left_alone():
    assert without_row("sweep found 3 deadlines\n  in detail: none late") == (
        "sweep found 3 deadlines\n  in detail: none late"
    )


@pytest.mark.django_db
def test_a_real_refusal_of_the_database_is_logged_without_its_row():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE child (name text CHECK (name <> 'Zebedee Quill'))")
        with pytest.raises(IntegrityError) as refused:
            cursor.execute("INSERT INTO child VALUES ('Zebedee Quill')")
    record = logging.LogRecord("app", logging.ERROR, "", 0, "refused", (), refused._excinfo)

    written = PlainFormatter("{message}", style="{").format(record)

    assert "violates check constraint" in written
    # The name itself is in the test's own line, which the traceback shows; what PostgreSQL said is not.
    assert "Failing row contains" not in written
