import ipaddress
import socket
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from segmentation.errors import ServiceError, StorageError
from serving.listen import address, bound, check
from serving.spool import spools


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return written_pair(tmp_path_factory.mktemp("tls"))


def written_pair(folder, passphrase=None):
    """Write a certificate of 127.0.0.1 and its private key; return both paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(pem))
    paths[1].write_bytes(key.private_bytes(pem, form, how))
    return paths


def test_what_is_well_set_is_let_through_and_leaves_an_empty_spool_to_the_mover(office, pair):
    certificate, key = pair
    check(office.settings())
    check(office.settings(host="localhost"))
    check(office.settings(host="::1"))
    check(office.settings(host="0.0.0.0", certificate=certificate, private_key=key))
    check(office.settings(host="0.0.0.0", proxies=("10.1.2.3", "10.0.0.0/8")))
    assert {one.size for one in spools(office.settings().spool)} == {0}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"host": "0.0.0.0"}, "0.0.0.0 is reached from other machines, and without TLS .* --certificate"),
        ({"host": "::"}, "reached from other machines"),
        ({"host": "nowhere.invalid"}, "nowhere.invalid is no address of this machine"),
        ({"proxies": ("*",)}, r"\* is no address of a proxy"),
        ({"proxies": ("10.0.0.1/8",)}, "is no address of a proxy"),
    ],
)
def test_what_would_be_read_on_the_way_or_believe_everybody_is_refused(office, changed, told):
    with pytest.raises(ServiceError, match=told):
        check(office.settings(**changed))


def test_a_certificate_needs_its_key(office, pair):
    with pytest.raises(ServiceError, match="needs both"):
        check(office.settings(certificate=pair[0]))
    with pytest.raises(ServiceError, match="needs both"):
        check(office.settings(private_key=pair[1]))


def test_a_key_of_another_certificate_is_refused(office, pair, tmp_path):
    _, other = written_pair(tmp_path)
    with pytest.raises(ServiceError, match="are no certificate with its private key"):
        check(office.settings(certificate=pair[0], private_key=other))


def test_a_file_that_is_no_certificate_is_refused(office, pair, tmp_path):
    (tmp_path / "notes.pem").write_text("hello")
    with pytest.raises(ServiceError, match="are no certificate with its private key"):
        check(office.settings(certificate=tmp_path / "notes.pem", private_key=pair[1]))


def test_a_key_under_a_passphrase_is_refused_and_nobody_is_asked(office, tmp_path):
    certificate, key = written_pair(tmp_path, b"correct horse")
    with pytest.raises(ServiceError, match="under a passphrase"):
        check(office.settings(certificate=certificate, private_key=key))


def test_a_file_that_is_not_there_is_named(office, pair, tmp_path):
    with pytest.raises(ServiceError, match=r"gone\.pem cannot be read: no such file"):
        check(office.settings(certificate=tmp_path / "gone.pem", private_key=pair[1]))


def test_a_spool_folder_that_cannot_be_made_is_told(office, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="spool folder"):
        check(office.settings(spool=tmp_path / "file" / "spool"))


def test_a_free_port_is_found_and_told(office):
    settings = office.settings(port=0)
    with bound(settings) as listening:
        port = listening.getsockname()[1]
        assert address(settings, listening) == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port)):
            pass


def test_the_address_of_tls_and_of_the_other_internet_protocol(office, pair):
    settings = office.settings(host="::1", port=0, certificate=pair[0], private_key=pair[1])
    with bound(settings) as listening:
        assert address(settings, listening) == f"https://[::1]:{listening.getsockname()[1]}"


def test_a_port_that_is_taken_is_told(office):
    with bound(office.settings(port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=f"Port {port} of 127.0.0.1 is taken by another program"):
            bound(office.settings(port=port))


def test_an_address_of_another_machine_is_told(office):
    with pytest.raises(ServiceError, match=r"192\.0\.2\.1 is no address of this machine"):
        bound(office.settings(host="192.0.2.1", port=0))
