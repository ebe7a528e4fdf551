"""What we ask about people: those who come in, and those who are here."""
