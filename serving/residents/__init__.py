"""Routes about one resident: the kept segment, the reasons for it, consents, requests, and all that is kept.

The company's reference stands in the path and goes no further: from here on a resident is a pseudonym. What
may be asked is read from the database at each request, so that a withdrawal or an objection counts for the
very next one.
"""
