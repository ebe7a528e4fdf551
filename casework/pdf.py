"""PDF pages: made from our own templates and style sheets by a worker, never in the web process (architecture §7)."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string

# How a template names a style sheet or a picture of ours. No other address is fetched.
OURS: Final = "static:"


class FontsMissing(RuntimeError):
    """No fonts: the drawing library would end the whole process (signal 11), so nothing is begun."""


class NotOurs(RuntimeError):
    """A page asked for a style sheet or a picture that is not a static file of ours."""


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of a template, tagged for screen readers after PDF/UA-1.

    Takes seconds and a lot of memory: call it in a task of the documents queue only.
    """
    fonts = Path(settings.FONTCONFIG_FILE)
    if not any((fonts.parent.parent / "fonts").glob("*.ttf")):
        raise FontsMissing(f"There are no fonts beside {fonts.name}: run the front-end build.")
    # Read once, when the library below is first loaded.
    os.environ["FONTCONFIG_FILE"] = str(fonts)
    # It needs shared libraries that the web process can do without.
    from weasyprint import HTML  # noqa: PLC0415
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    # Its warnings quote the page.
    for name in ("weasyprint", "weasyprint.progress"):
        logging.getLogger(name).setLevel(logging.ERROR)
    page = HTML(string=render_to_string(template, context), base_url=None, url_fetcher=only_ours())
    try:
        pdf: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    except FatalURLFetchingError as refused:
        # No Exception, so that nothing on its way out of the library swallows it; from here on it is one.
        raise NotOurs(str(refused)) from refused
    return pdf


def only_ours() -> Any:
    """A fetcher of static files of ours by name; anything else ends the making."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class OnlyOurs(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            found = _static(url.removeprefix(OURS)) if url.startswith(OURS) else None
            if not isinstance(found, str):
                raise FatalURLFetchingError("A PDF page asked for something that is not ours.")
            kinds = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
            kind = kinds[Path(found).suffix]
            return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": kind})

    return OnlyOurs(allowed_protocols=())


def _static(name: str) -> Any:
    try:
        return finders.find(name)
    except SuspiciousFileOperation:
        return None
