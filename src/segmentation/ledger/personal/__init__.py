"""What is kept of residents: consents, segments, requests, all of it sealed under keys that can be destroyed.

`tables` says what is kept, `records` reads and writes rows of any of them, and the modules beside say what
the rows of each mean. Nobody needs the ledger of decisions for it, but it stands in the same database: every
write adds a line to the access log in the same transaction.
"""
