"""The questions of the referral and of the acts that follow it."""
