"""The resident that a path names: read from the bytes that were sent: a reference may hold a slash."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

RESIDENTS = "/v1/residents/"


def named_in(raw_path: bytes, root: str | None = None) -> tuple[str | None, str]:
    """Return whom a path names, and what of them it asks for.

    Parameters
    ----------
    raw_path : bytes
        Percent-encoded, as ASGI has it; it begins with `RESIDENTS`, behind the prefix of a proxy.
    root : str, optional
        That prefix.

    Returns
    -------
    tuple of (str or None, str)
        The reference, None where it is no text in UTF-8; and what follows it, such as ``/segment``.
    """
    path = raw_path.removeprefix((root or "").encode()).removeprefix(RESIDENTS.encode())
    named, slash, rest = path.partition(b"/")
    try:
        return unquote_to_bytes(named).decode(), (slash + rest).decode("latin-1")
    except UnicodeDecodeError:
        return None, (slash + rest).decode("latin-1")
