from django.apps import AppConfig


class PanelsConfig(AppConfig):
    name = "panels"
    verbose_name = "Reviews"

    def ready(self) -> None:
        from panels import answering

        answering.route()
