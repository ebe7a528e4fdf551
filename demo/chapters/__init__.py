"""The chapters that most stories share: from the referral to the published report."""
