"""Pages of accounts: the public start, getting in, and the people of a partnership."""
