"""Acting on a version in two steps: the form, then what is signed of it, with a passphrase."""
