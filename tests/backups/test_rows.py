"""The rows of a ledger go out of one database and into another, all of them, in the order that it wants."""

import io

import pytest
from sqlalchemy import select

from segmentation.backups import rows
from segmentation.backups.rows import digest_of_table, is_empty, read_rows, write_rows
from segmentation.errors import BackupError
from segmentation.ledger.personal.tables import consents
from segmentation.ledger.store import create_ledger
from segmentation.ledger.tables import attempts, metadata, sessions, versions


class File(io.BytesIO):
    """A file of a backup, in memory."""

    def exactly(self, size):
        found = self.read(size)
        if len(found) != size:
            raise BackupError("cut off")
        return found


def content_of(ledger):
    with ledger.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
        }


def filled(address, file):
    ledger = create_ledger(address)
    with ledger.writer("Nothing") as connection:
        assert is_empty(connection)
        read_rows(connection, file)
        assert not is_empty(connection)
    return ledger


@pytest.mark.parametrize("page", [1, 3, 5000])
def test_all_rows_come_out_as_they_went_in(kept, tmp_path, monkeypatch, page):
    monkeypatch.setattr(rows, "PAGE", page)
    file = File()
    taken = write_rows(kept.source.ledger, file)
    before = content_of(kept.source.ledger)
    with filled(f"sqlite:///{tmp_path}/new.db", File(file.getvalue())) as ledger:
        assert content_of(ledger) == before
    assert taken.events.number == len(before["events"])
    assert taken.access.number == len(before["access"])
    assert taken.rows["consents"].count == len(before["consents"]) == 6
    assert taken.wrapping == (kept.source.keyring.active.id,)


def test_between_the_two_kinds_of_database_nothing_changes(either, tmp_path, new_database):
    file, before = File(), content_of(either.source.ledger)
    write_rows(either.source.ledger, file)
    with filled(new_database(), File(file.getvalue())) as ledger:
        assert content_of(ledger) == before
        ledger.check_guards()


def test_nobody_is_signed_in_after_a_restore_and_notes_are_kept(kept, tmp_path):
    with kept.source.ledger.writer("Nothing") as connection:
        for table in (sessions, attempts, *(one for one in metadata.sorted_tables if one.name == "notes")):
            values = {column.name: "1" for column in table.columns}
            if "version" in values:
                values["version"] = 1
            connection.execute(table.insert(), values)
    file = File()
    write_rows(kept.source.ledger, file)
    with filled(f"sqlite:///{tmp_path}/new.db", File(file.getvalue())) as ledger:
        found = content_of(ledger)
    assert found["sessions"] == found["attempts"] == []
    assert len(found["notes"]) == 1
    assert found[versions.name] == content_of(kept.source.ledger)[versions.name]


def test_what_came_with_the_tables_makes_room_for_what_was_backed_up(kept, tmp_path, new_database):
    notes = metadata.tables["notes"]
    values = {column.name: "1" for column in notes.columns} | {"version": 1}
    with kept.source.ledger.writer("Nothing") as connection:
        connection.execute(notes.insert(), values)
    file, before = File(), content_of(kept.source.ledger)
    write_rows(kept.source.ledger, file)
    for address in (f"sqlite:///{tmp_path}/new.db", new_database()):
        with create_ledger(address) as made, made.writer("Nothing") as connection:
            connection.execute(notes.insert(), values | {"text": "of the migration"})
        with filled(address, File(file.getvalue())) as ledger:
            assert content_of(ledger) == before


@pytest.mark.parametrize("frame", [("strange", [[1]]), ("consents", [[1]])])
def test_rows_of_strange_tables_are_refused(tmp_path, frame):
    data = rows._encode(frame)
    file = File(len(data).to_bytes(4, "big") + data)
    with create_ledger(f"sqlite:///{tmp_path}/new.db") as ledger, ledger.writer("Nothing") as connection:
        with pytest.raises(BackupError, match="are of tables that this version does not know"):
            read_rows(connection, file)
        with pytest.raises(BackupError, match="tables"):
            read_rows(connection, File(b"\0\0\0\1\xc1"))


def test_the_digest_of_a_table_is_of_its_first_rows_in_their_order(kept):
    with kept.source.ledger.reading() as connection:
        found = [digest_of_table(connection, consents, count) for count in (None, 6, 5, 0)]
    assert [one.count for one in found] == [6, 6, 5, 0]
    assert found[0] == found[1] != found[2]
