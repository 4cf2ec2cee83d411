"""Whether a token opens a key, as the service tells."""

from types import SimpleNamespace

from serving.credentials import Credentials


def opened(history, token, now):
    """Return the record of the key that a token opens in a ledger; None where it opens none."""
    known = Credentials(SimpleNamespace(keys=lambda: history.api_keys))
    caller = known.caller({b"x-api-key": token.encode()}, now)
    return caller.key if caller.refusal is None else None
