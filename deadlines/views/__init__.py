"""The pages of the clocks."""
