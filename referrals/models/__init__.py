from referrals.models.consultation import Consultation, ConsultationAnswer, ConsultationState
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
    QuestionAsked,
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
    "Consultation",
    "ConsultationAnswer",
    "ConsultationState",
    "DeathKind",
    "DeathNotice",
    "DeathNoticeState",
    "LeadView",
    "NotificationPack",
    "NotificationState",
    "QuestionAsked",
    "Referral",
    "ReferralState",
    "ReferredChild",
    "ReferredRelative",
    "SeriousIncidentNotification",
    "kind_owed",
]
