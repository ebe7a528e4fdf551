"""What ./run does, in the Python standard library alone: it runs before anything is installed."""
