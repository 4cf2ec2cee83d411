"""Where the service listens, and with what TLS; wrong settings are told in a sentence before it starts."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING, Any

from segmentation.errors import ServiceError
from segmentation.files import reason_of
from serving.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

    from serving.settings import Settings


def check(settings: Settings) -> None:
    """Refuse settings that the service cannot start with, or should not.

    Raises
    ------
    ServiceError
        It would be reached from other machines without TLS, a name of a proxy is no address, or certificate
        and private key are not there or do not belong together.
    StorageError
        The folder of the spool cannot be used.
    """
    for proxy in settings.proxies:
        _check_proxy(proxy)
    certificate, private_key = settings.certificate, settings.private_key
    if certificate is not None and private_key is not None:
        _check_pair(certificate, private_key)
    elif certificate is not None or private_key is not None:
        raise ServiceError("TLS needs both, a certificate and its private key. Give both, or neither.")
    elif not settings.proxies and not _is_loopback(settings.host):
        raise ServiceError(
            f"{settings.host} is reached from other machines, and without TLS everybody between reads the "
            "residents' needs. Give --certificate and --private-key, or name with --behind-proxy the proxy "
            "that does TLS and alone may connect, or listen on 127.0.0.1."
        )
    Spool(settings.spool).close()


def bound(settings: Settings) -> socket.socket:
    """Return the socket, open and listening, before anything else is started for it.

    Raises
    ------
    ServiceError
        The address is taken, not of this machine, or not for everybody to listen on.
    """
    family, where = _resolved(settings.host, settings.port)
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
        listening.listen()
    except OSError as error:
        listening.close()
        raise _not_bound(settings, error) from None
    return listening


def _resolved(host: str, port: int) -> tuple[int, Any]:
    """Return the family and address of a host's name."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ServiceError(
            f"{host} is no address of this machine. Give --host an IP address, or leave it out."
        ) from None
    return family, address


def _not_bound(settings: Settings, error: OSError) -> ServiceError:
    where = f"Port {settings.port} of {settings.host}"
    match error.errno:
        case errno.EADDRINUSE:
            return ServiceError(f"{where} is taken by another program. Stop it, or give another --port.")
        case errno.EACCES:
            return ServiceError(f"{where} needs the rights of an administrator. Give a --port from 1024 on.")
        case errno.EADDRNOTAVAIL:
            return ServiceError(f"{settings.host} is no address of this machine. Give another --host.")
    reason = reason_of(error)
    return ServiceError(f"{where} cannot be listened on: {reason}. Give another --host or --port.")


def address(settings: Settings, listening: socket.socket) -> str:
    """Return the address of what is served, as a browser takes it."""
    scheme = "http" if settings.certificate is None else "https"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{scheme}://{host}:{listening.getsockname()[1]}"


def _is_loopback(host: str) -> bool:
    _, address = _resolved(host, 0)
    return ipaddress.ip_address(address[0]).is_loopback


def _check_proxy(proxy: str) -> None:
    try:
        ipaddress.ip_network(proxy)
    except ValueError:
        raise ServiceError(
            f"{proxy} is no address of a proxy. Give --behind-proxy an IP address, or a network such as "
            "10.0.0.0/8."
        ) from None


def _check_pair(certificate: Path, private_key: Path) -> None:
    """Load what TLS needs as the workers will, so that one sentence says what is wrong with it."""
    for path in (certificate, private_key):
        _check_readable(path)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, private_key, _no_passphrase)
    except ssl.SSLError:
        raise ServiceError(
            f"{certificate} and {private_key} are no certificate with its private key. Both are PEM files; "
            "the certificate is the server's own, followed by those between it and its authority."
        ) from None


def _check_readable(path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        reason = reason_of(error)
        raise ServiceError(f"{path} cannot be read: {reason}. Check the path and its permissions.") from None


def _no_passphrase() -> str:
    raise ServiceError(
        "The private key is under a passphrase, which nobody could type for every worker. Give one without, "
        "in a file that the service alone may read."
    )
