"""Asking for pages as somebody, without a server."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import User
from tests.access.addresses import ADDRESSES, filled_in
from tests.access.table import Page


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["second_step"] = "authenticator"
    session.save()
    return client


def address_of(page: Page, keys: dict[str, Any]) -> str:
    return filled_in(ADDRESSES[page.name], page.takes, keys)


def send(client: Client, method: str, address: str) -> Any:
    """The answer to a request with an empty form.

    Straight to the handler: the client's own way copies the context of every template it sees rendered, which
    takes longer than the page.
    """
    path, _, query = address.partition("?")
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "0"}
    asked = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, **form}
    return client.handler(client._base_environ(**asked))
