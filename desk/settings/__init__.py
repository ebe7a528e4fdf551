"""Settings: what a partnership's business manager changes without an administrator, each change an act in the record."""
