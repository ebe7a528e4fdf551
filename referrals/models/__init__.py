from referrals.models.deaths import DeathKind, DeathNotice, DeathNoticeState, kind_owed
from referrals.models.notification import (
    Basis,
    NotificationState,
    SeriousIncidentNotification,
)
from referrals.models.pack import NotificationPack
from referrals.models.referral import (
    ABUSE_OR_NEGLECT,
    AbuseOrNeglect,
    Channel,
    LeadView,
    Referral,
    ReferralState,
    ReferredChild,
    ReferredRelative,
)

__all__ = [
    "ABUSE_OR_NEGLECT",
    "AbuseOrNeglect",
    "Basis",
    "Channel",
    "DeathKind",
    "DeathNotice",
    "DeathNoticeState",
    "LeadView",
    "NotificationPack",
    "NotificationState",
    "Referral",
    "ReferralState",
    "ReferredChild",
    "ReferredRelative",
    "SeriousIncidentNotification",
    "kind_owed",
]
