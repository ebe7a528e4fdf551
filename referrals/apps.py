from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = "Referrals"

    def ready(self) -> None:
        from decisions import pages
        from decisions.kinds import DecisionKind

        for act, name in (
            (pages.Act.RECOMMEND, "criteria_recommend"),
            (pages.Act.GIVE_VIEW, "criteria_view"),
            (pages.Act.RECORD_ON_BEHALF, "criteria_on_behalf"),
            (pages.Act.CHAIR_VIEW, "criteria_chair"),
            (pages.Act.ESCALATE, "criteria_escalate"),
            (pages.Act.LEAD_PARTNERS, "criteria_lead_partners"),
            (pages.Act.DECIDE_ALONE, "notify_alone"),
        ):
            pages.route(DecisionKind.CRITERIA, act, f"referrals:{name}")
