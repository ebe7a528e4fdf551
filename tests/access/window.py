"""A browser window whose every request this process answers, inside the test's own transaction: no server, no commit."""

from __future__ import annotations

import contextvars
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from django.test.client import FakePayload
from playwright.sync_api import Browser, Page, Response, Route

ORIGIN = "http://testserver"
# WCAG 2.2 AA, and what axe holds good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Style sheets, scripts and fonts are the same in every window of a run.
_static: dict[str, dict[str, Any]] = {}


class Window:
    """One window; `client` is whose requests it sends."""

    def __init__(self, browser: Browser, client: Client | None = None) -> None:
        self.client = client or Client()
        self.context = browser.new_context()
        self.context.add_init_script(AXE_SCRIPT)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.route("**/*", self._answer)
        self._here = contextvars.copy_context()
        self._fetched = ("", "")

    def go(self, address: str) -> Response:
        """Open an address of ours."""
        self._here = contextvars.copy_context()
        response = self.page.goto(f"{ORIGIN}{address}")
        assert response is not None
        return response

    def findings(self) -> list[str]:
        """What axe holds against the page: each rule, with the first place that breaks it."""
        options = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False, "iframes": False}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{one['id']}: {one['help']} – {len(one['nodes'])} ×, first {one['nodes'][0]['html'][:160]}"
            for one in found["violations"]
        ]

    def focused(self) -> str:
        """The id of what has the cursor, or the words in it."""
        return str(
            self.page.evaluate("document.activeElement.id || document.activeElement.className || 'nothing'")
        )

    def close(self) -> None:
        """Shut it."""
        self.context.close()

    def show(self, address: str, body: str) -> None:
        """Show a page that has been fetched already, at its address."""
        self._fetched = (address, body)
        self.go(address)

    def press(self, button: str) -> None:
        """Send the form by one of its buttons."""
        self._here = contextvars.copy_context()
        # Not “navigation”: taking the fragment from the address would count as one.
        with self.page.expect_event("load"):
            self.page.get_by_role("button", name=button, exact=True).click()

    def _answer(self, route: Route) -> None:
        address = route.request.url.removeprefix(ORIGIN)
        if address == self._fetched[0]:
            route.fulfill(status=200, content_type="text/html; charset=utf-8", body=self._fetched[1])
            self._fetched = ("", "")
            return
        if address not in _static:
            # Playwright calls this from a context of its own, in which Django would open a second connection, outside
            # the transaction of the test.
            answer = self._here.copy().run(self._ask, route, address)
            if not address.startswith("/static/"):
                route.fulfill(**answer)
                return
            _static[address] = answer
        route.fulfill(**_static[address])

    def _ask(self, route: Route, address: str) -> dict[str, Any]:
        """The answer of the place where a request ends: a redirect that is fulfilled would go out to the network."""
        response = self._handle(route.request.method, address, route)
        while response.status_code == 302:
            response = self._handle("GET", response.url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return {"status": response.status_code, "headers": dict(response.headers), "body": body}

    def _handle(self, method: str, address: str, route: Route | None = None) -> Any:
        """Straight to the handler: the client's own way copies the context of every template it sees rendered."""
        path, _, query = address.partition("?")
        sent = (route.request.post_data_buffer if route else None) or b""
        environment = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": route.request.headers.get("content-type", "") if route else "",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.input": FakePayload(sent),
        }
        return self.client.handler(self.client._base_environ(**environment))
