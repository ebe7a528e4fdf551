from referrals.models.notification import (
    Basis,
    NotificationState,
    SeriousIncidentNotification,
)
from referrals.models.referral import (
    ABUSE_OR_NEGLECT,
    AbuseOrNeglect,
    Channel,
    Referral,
    ReferralState,
    ReferredChild,
)

__all__ = [
    "ABUSE_OR_NEGLECT",
    "AbuseOrNeglect",
    "Basis",
    "Channel",
    "NotificationState",
    "Referral",
    "ReferralState",
    "ReferredChild",
    "SeriousIncidentNotification",
]
