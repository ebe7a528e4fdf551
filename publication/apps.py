from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "publication"
    verbose_name = "Publication"

    def ready(self) -> None:
        # The questions asked here are answered on pages of this app, for an answer may settle what is published.
        from decisions.kinds import DecisionKind
        from decisions.pages import Act, route

        for kind in (DecisionKind.PUBLICATION, DecisionKind.NOT_PUBLISH, DecisionKind.WITHDRAWAL):
            route(kind, Act.GIVE_VIEW, "publication:give_view")
            route(kind, Act.RECORD_ON_BEHALF, "publication:record_on_behalf")
            route(kind, Act.CHAIR_VIEW, "publication:chair_view")
            route(kind, Act.ESCALATE, "publication:escalate")
            route(kind, Act.LEAD_PARTNERS, "publication:lead_partners")
