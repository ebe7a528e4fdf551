"""How long the law and the guidance give, worked out by pure functions: no Django, no database, no clock."""
