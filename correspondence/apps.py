from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "correspondence"
    verbose_name = "Correspondence"

    def ready(self) -> None:
        from correspondence import checks  # noqa: F401  (registers the system check of the e-mails)
        from correspondence.health import mail_goes_out
        from lcspr.health import PARTS

        PARTS["mail"] = mail_goes_out
