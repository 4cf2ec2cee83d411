"""The ledger as a page, and to be taken away."""
