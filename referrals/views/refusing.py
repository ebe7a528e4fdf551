"""An act refused in words: the page again, with the reasons above the form and nothing typed lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from casework.transitions import TransitionRefused
from govuk.forms import GovForm


def shown_again(view: Any, form: GovForm, refused: TransitionRefused) -> HttpResponse:
    """The view's own page with every reason why the act was refused."""
    form.add_error(None, refused.reasons)
    response: HttpResponse = view.form_invalid(form)
    return response
