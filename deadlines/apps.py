from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "deadlines"
    verbose_name = "Deadlines"

    def ready(self) -> None:
        from deadlines import checks  # noqa: F401  (registers the system check of the bank holidays)
