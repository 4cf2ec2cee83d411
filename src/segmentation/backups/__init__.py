"""Backups of all that a home holds, and their restore: sealed, checked, and never against an erasure.

A backup has the ledger, MLflow's database and artefacts, what was published, the key files of people and
the secret of the pages. It has neither the keyring, under which it is sealed, nor the tombstones, against
which it is restored: both are kept apart, each with a copy of its own.
"""
