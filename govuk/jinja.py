"""GOV.UK Frontend's components, as Jinja macros behind one function.

The macros insert anything under an ``html`` key as it is, so `component` escapes such a value unless it
is already marked safe: text a person typed can never become markup by choosing the wrong key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment, PackageLoader, PrefixLoader

# Component options whose text the macros insert unescaped, besides every key ending in "html":
# the slots of the service navigation are strings of markup.
_MARKUP_PARENTS = frozenset({"slots"})


@cache
def environment() -> Environment:
    """The one Jinja environment of the process; building one costs a hundred times a render."""
    loader = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    return Environment(loader=loader, autoescape=True)


@cache
def _macro(name: str) -> Callable[[Mapping[str, Any]], str]:
    template = environment().get_template(f"govuk_frontend_jinja/components/{name}/macro.html")
    macro_name = "govuk" + "".join(word.capitalize() for word in name.split("-"))
    macro: Callable[[Mapping[str, Any]], str] = getattr(template.module, macro_name)
    return macro


def component(name: str, params: Mapping[str, Any]) -> SafeString:
    """Render one component, named as in the GOV.UK Design System ("date-input"), with its own options."""
    return mark_safe(_macro(name)(_guarded(params)).strip())  # noqa: S308 - the macros escape their text


def _guarded(value: Any, key: str = "", parent: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _guarded(inner, name, key) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_guarded(inner, key, parent) for inner in value]
    if isinstance(value, Promise):
        value = str(value)
    if isinstance(value, str) and (key.lower().endswith("html") or parent in _MARKUP_PARENTS):
        return conditional_escape(value)
    # An `attributes` option given as one string is inserted as it is, too: only a mapping is escaped.
    if key == "attributes" and isinstance(value, str):
        return conditional_escape(value)
    return value
