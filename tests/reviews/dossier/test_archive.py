"""The ZIP of a dossier: the same bytes for the same files, and nothing else is read."""

import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import BundleError
from segmentation.reviews.dossier import archive
from segmentation.reviews.dossier.archive import packed, unpacked

FILES = {"a.json": b"{}", "people/002-王 芳@hq.pem": b"key", "empty": b""}


def zipped(*entries, comment=b"", method=zipfile.ZIP_STORED):
    """Return a ZIP as another program writes it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in entries:
            file.writestr(name, data)
        file.comment = comment
    return out.getvalue()


def linked(name, target):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return zipped((info, target))


def encrypted():
    data = bytearray(packed({"a": b"b"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def test_the_same_files_are_the_same_bytes_in_whatever_order_they_come():
    assert packed(FILES) == packed(dict(reversed(FILES.items())))


def test_every_unpacker_reads_it():
    with zipfile.ZipFile(BytesIO(packed(FILES))) as file:
        assert file.testzip() is None
        assert {name: file.read(name) for name in file.namelist()} == FILES
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_was_packed_is_unpacked():
    assert unpacked(packed(FILES)) == FILES
    assert unpacked(packed({})) == {}


def test_a_change_of_any_bit_is_refused():
    data = packed(FILES)

    for at in range(len(data)):
        for bit in range(8):
            with pytest.raises(BundleError):
                unpacked(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :])


def test_an_altered_file_is_named():
    with pytest.raises(BundleError, match=r"^a\.json in the dossier was altered"):
        unpacked(packed(FILES).replace(b"{}", b"[]"))


@pytest.mark.parametrize("cut", [0, 1, 30, -1])
def test_a_part_of_it_is_refused(cut):
    with pytest.raises(BundleError):
        unpacked(packed(FILES)[:cut])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (zipped(("../a", b"x")), "no name"),
        (zipped(("/etc/passwd", b"x")), "no name"),
        (zipped(("C:\\a", b"x")), "no name"),
        (zipped(("a/../../b", b"x")), "no name"),
        (zipped((".ssh/key", b"x")), "no name"),
        (zipped(("a\nb", b"x")), "no name"),
        (zipped(("folder/", b"")), "no name"),
        (zipped(("-rf", b"x")), "no name"),
        (zipped(("a", b"x"), ("A", b"y")), "twice"),
        (zipped(("a", bytes(10_000)), method=zipfile.ZIP_DEFLATED), "compressed"),
        (linked("a", "/etc/passwd"), "no plain file"),
        (encrypted(), "encrypted"),
        (packed(FILES) + b"x", "byte for byte"),
        (b"x" + packed(FILES), "byte for byte"),
        (zipped(("a", b"x"), comment=b"more"), "byte for byte"),
        (zipped(("a", b"x")), "byte for byte"),
        (b"%PDF-1.7", "no ZIP"),
    ],
)
def test_what_no_dossier_is_is_refused(data, told):
    with pytest.raises(BundleError, match=told):
        unpacked(data)


def test_entries_over_each_other_that_tell_of_more_than_is_there_are_refused():
    data = packed({"a": bytes(5_000), "b": b""})
    start, central = data.index(b"PK\x01\x02"), data.rindex(b"PK\x01\x02")
    entry = bytearray(data[start:central])
    many = b"".join(bytes(entry[:-1]) + letter for letter in (b"a", b"c", b"d"))
    end = struct.pack("<I4H2IH", 0x06054B50, 0, 0, 3, 3, len(many), start, 0)

    with pytest.raises(BundleError, match="more bytes than it has"):
        unpacked(data[:start] + many + end)


def test_what_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(archive, "MOST", 100)

    with pytest.raises(BundleError, match="at most"):
        unpacked(bytes(101))
    with pytest.raises(BundleError, match="at most"):
        packed({"a": bytes(200)})


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(archive, "MOST_FILES", 2)

    with pytest.raises(BundleError, match="at most 2 files"):
        packed(FILES)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_one_kind_of_error(data):
    with pytest.raises(BundleError):
        unpacked(data + b"PK\x05\x06" + data)


@given(st.dictionaries(st.from_regex(archive.NAME, fullmatch=True), st.binary(max_size=50), max_size=4))
def test_whatever_was_packed_is_unpacked(files):
    if len({name.casefold() for name in files}) == len(files):
        assert unpacked(packed(files)) == files
