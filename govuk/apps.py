from django.apps import AppConfig


class GovukConfig(AppConfig):
    """The look: GOV.UK components for Django templates and forms. Imports none of the other apps."""

    name = "govuk"
    verbose_name = "GOV.UK look"
