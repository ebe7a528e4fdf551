"""`{% govuk %}` draws a component, `{% govuk_field %}` a form field, `{% error_summary %}` what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from govuk.jinja import component
from govuk.rendering import problems, render_field

register = template.Library()


@register.simple_tag
def govuk(name: str, params: Mapping[str, Any] | None = None, /, **options: Any) -> SafeString:
    """Draw a component: `{% govuk "button" text="Save" prevent_double_click=True %}`.

    Options are the component's own in snake case; two underscores go one level down (`hint__text=`,
    `attributes__data_module=`). Lists are passed from the view, alone or inside a dict as `params`.
    """
    return component(name, {**(params or {}), **_nested(options)})


@register.simple_block_tag
def govuk_around(content: SafeString, name: str, /, **options: Any) -> SafeString:
    """Draw a component around template code: `{% govuk_around "details" summary_text="…" %}…`."""
    return component(name, {**_nested(options), "html": content})


@register.simple_tag
def govuk_field(field: BoundField, label: str | None = None, hint: str | None = None) -> SafeString:
    """Draw one field with its label, hint and error; `label` and `hint` replace those of a form not ours."""
    if label is not None:
        field.label = label
    if hint is not None:
        field.help_text = hint
    return render_field(field)


@register.simple_tag
def error_summary(*sources: Any) -> SafeString:
    """List what is wrong in these forms, formsets or sentences, each linked to its input; or nothing."""
    found: list[dict[str, str]] = []
    for source in sources:
        # One form can be in a page's context under two names.
        found += [problem for problem in problems(source or None) if problem not in found]
    if not found:
        return SafeString("")
    return component("error-summary", {"titleText": "There is a problem", "errorList": found})


@register.filter
def has_errors(form: Any) -> bool:
    """Whether the page title should begin with "Error"."""
    return bool(form) and any(True for _ in problems(form))


@register.simple_tag
def page_links(page: Page[Any], previous_href: str, next_href: str, label: str = "") -> SafeString:
    """Draw the way to the page before and the page after, each saying which it is, of how many if that was counted."""
    params: dict[str, Any] = {"landmarkLabel": f"Pages of {label}" if label else "Pages"}
    counted = getattr(page, "paginator", None)
    words = f"{{}} of {counted.num_pages}" if counted else "Page {}"
    if page.has_previous():
        params["previous"] = {"href": previous_href, "labelText": words.format(page.previous_page_number())}
    if page.has_next():
        params["next"] = {"href": next_href, "labelText": words.format(page.next_page_number())}
    return component("pagination", params)


@register.filter
def beside(cells: Sequence[Any], columns: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Pair each cell of a row with its column."""
    return list(zip(columns, cells, strict=True))


def _nested(options: Mapping[str, Any]) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for option, value in options.items():
        *parents, last = option.split("__")
        level = params
        for parent in parents:
            level = level.setdefault(_camel(parent), {})
        level[last.replace("_", "-") if parents[-1:] == ["attributes"] else _camel(last)] = value
    return params


def _camel(option: str) -> str:
    first, *rest = option.split("_")
    return first + "".join(word.capitalize() for word in rest)
