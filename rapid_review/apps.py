from django.apps import AppConfig


class RapidReviewConfig(AppConfig):
    name = "rapid_review"
    verbose_name = "Rapid review"

    def ready(self) -> None:
        """Say where what follows a rapid review is decided."""
        from decisions.kinds import DecisionKind
        from decisions.pages import Act, route

        for kind in (DecisionKind.RAPID_REVIEW, DecisionKind.RECONSIDERATION):
            for act in Act:
                if act != Act.DECIDE_ALONE:
                    route(kind, act, f"rapid_review:{act}")
