"""Turns a field's label into the words of its error messages."""

from __future__ import annotations

from django import forms

# First words that keep their capital inside a sentence. Abbreviations are recognised by themselves.
_NAMES = frozenset({"Ofsted", "England", "Wales", "Children's", "Parliament"})
_OWN_ARTICLES = frozenset(
    {"the", "a", "an", "any", "your", "their", "his", "her", "its", "our", "every", "all"}
)


def noun_of(label: object, otherwise: str) -> str:
    """What a label names, as it reads inside a sentence; `otherwise` when the label asks a question."""
    text = str(label or "").strip().rstrip(":")
    if not text or text.endswith("?"):
        return otherwise
    first, _, rest = text.partition(" ")
    keeps_capital = first in _NAMES or not first[1:].islower() or any(w[:1].isupper() for w in rest.split())
    return text if keeps_capital and len(first) > 1 else text[0].lower() + text[1:]


def with_article(noun: str) -> str:
    """Put "the" before a noun that has no article or owner of its own."""
    return noun if noun.split(" ", 1)[0].lower() in _OWN_ARTICLES else f"the {noun}"


def opening(sentence: str) -> str:
    """Begin a sentence with a capital, leaving the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


def subject_of(field: forms.Field, label: object) -> str:
    """What the field asks for, with its article; nothing when its label is a question."""
    noun = getattr(field, "noun", "") or noun_of(label, "")
    return with_article(noun) if noun else ""


def required_message(field: forms.Field, label: object) -> str:
    """What to do about an answer that is missing."""
    subject = subject_of(field, label)
    if isinstance(field, forms.BooleanField):
        return f"Tick the box to confirm: {label}" if label else "Tick the box to confirm"
    if isinstance(field, forms.FileField):
        return f"Choose a file for {subject}" if subject else "Choose a file"
    verb = "Select" if isinstance(field, forms.ChoiceField | forms.ModelChoiceField) else "Enter"
    if subject:
        return f"{verb} {subject}"
    return f"{verb} an answer to “{label}”" if label else "Give an answer"
