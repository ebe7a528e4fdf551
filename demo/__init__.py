"""The invented world of the demonstration: two partnerships, their people, and cases at every stage.

Everyone and everything here is made up. Cases are not written into tables: they are lived through the
services with the clock moved, so that their record, clocks and messages are what use would have left.
"""
