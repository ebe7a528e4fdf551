"""The components are GOV.UK Frontend's: what we draw is compared with the examples its package ships."""

import json
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from govuk.jinja import component, environment

COMPONENTS = settings.BASE_DIR / "node_modules/govuk-frontend/dist/govuk/components"
VOID = {"input", "br", "hr", "img", "path", "link", "meta"}


def fixtures():
    described = [json.loads(path.read_text()) for path in sorted(COMPONENTS.glob("*/fixtures.json"))]
    return [
        pytest.param(of["component"], fixture, id=f"{of['component']}: {fixture['name']}")
        for of in described
        for fixture in of["fixtures"]
    ]


class Shape(HTMLParser):
    """Markup without what a browser does not see: order of attributes, indentation, self-closing slashes."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.parts = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        classes = {name: " ".join((value or "").split()) for name, value in attrs}
        self.parts.append((tag, sorted(classes.items())))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.parts.append(f"/{tag}")

    def handle_data(self, data):
        if text := " ".join(data.split()):
            self.parts.append(text)


def trusted(value, key="", parent=""):
    """The fixture's options with their markup marked as such, as the author of a page would."""
    if isinstance(value, dict):
        return {name: trusted(inner, name, key) for name, inner in value.items()}
    if isinstance(value, list):
        return [trusted(inner, key, parent) for inner in value]
    if isinstance(value, str) and (
        key.lower().endswith("html") or key == "attributes" or "slots" in (key, parent)
    ):
        return mark_safe(value)
    return value


@pytest.mark.parametrize(("name", "fixture"), fixtures())
def test_component_matches_the_example_of_the_package(name, fixture):
    drawn = component(name, trusted(fixture["options"]))

    assert Shape(drawn).parts == Shape(fixture["html"]).parts


def test_there_are_as_many_examples_as_the_pinned_version_ships():
    # None at all means that ./run has not installed the package: the test above must not pass by having no case.
    assert len(fixtures()) == 657


def test_one_environment_serves_every_component():
    assert environment() is environment()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("button", {"text": "<b>x</b>"}),
        ("button", {"html": "<b>x</b>"}),
        ("details", {"summaryText": "s", "html": "<b>x</b>"}),
        ("error-summary", {"titleText": "t", "errorList": [{"html": "<b>x</b>"}]}),
        ("radios", {"name": "a", "items": [{"value": "1", "text": "t", "hint": {"html": "<b>x</b>"}}]}),
        ("service-navigation", {"slots": {"start": "<b>x</b>"}}),
        ("inset-text", {"text": "t", "attributes": ' title="<b>x</b>"'}),
        ("button", {"text": "t", "attributes": {"title": '"><b>x</b>'}}),
    ],
)
def test_typed_text_never_becomes_markup(name, options):
    assert "<b>x</b>" not in component(name, options)


def test_markup_marked_safe_is_drawn_as_it_is():
    assert "<b>a &lt; b</b>" in component("inset-text", {"html": format_html("<b>{}</b>", "a < b")})
