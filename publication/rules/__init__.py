"""What stands between a report and the public, in dates and counts (domain §2.3 T36 to T40, T47, T50)."""
