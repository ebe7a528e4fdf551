"""Constraints every app writes the same way, so that `QuerySet.update()` cannot make nonsense."""

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Choices, F, Q

from accounts.rules import normal_domain, why_not_domain


def one_of(field: str, choices: type[Choices], *, blank: bool = False) -> CheckConstraint:
    """Allow only the values of `choices` in `field` (and the empty string when `blank`)."""
    allowed = [*choices.values, ""] if blank else list(choices.values)
    return CheckConstraint(
        condition=Q(**{f"{field}__in": allowed}),
        name=f"%(app_label)s_%(class)s_{field}_known",
    )


def not_before(later: str, earlier: str) -> CheckConstraint:
    """Refuse an end before its beginning; either may be empty."""
    return CheckConstraint(
        condition=Q(**{f"{later}__isnull": True}) | Q(**{f"{later}__gte": F(earlier)}),
        name=f"%(app_label)s_%(class)s_{later}_after_{earlier}",
    )


def work_domain(text: str) -> None:
    """Refuse what cannot be an agency's own e-mail domain, and any way of writing it but the one that is compared."""
    if reasons := why_not_domain(text):
        raise ValidationError(f"{reasons[0]}.")
    if (domain := normal_domain(text)) != text:
        raise ValidationError(f"Write it as {domain}.")
