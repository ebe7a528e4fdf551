"""Pages about e-mails and notices, by subject."""
