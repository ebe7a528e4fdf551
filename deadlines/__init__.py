"""When things are due: working-day and hour rules, the rule catalogue, deadlines and reminders."""
