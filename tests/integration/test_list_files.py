"""Lists from uploaded files: every kind of file that imports take, each entry with its row."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotFound
from services.filtering import list_files, list_rows, lists
from services.imports import uploads
from services.runtime import Runtime
from services.storage import Storage

Upload = Callable[[Actor, bytes], str]


@pytest.fixture
def upload(rt: Runtime) -> Upload:
    def save(actor: Actor, content: bytes) -> str:
        key = Storage.new_key()
        size = Storage.of(rt.settings).save_stream(key, iter([content]), 50_000_000)
        return uploads.record_upload(rt, actor, "list.bin", size, key)

    return save


@pytest.fixture
def list_id(rt: Runtime, alice: Actor) -> int:
    return lists.create(rt, alice, "blacklisted_companies", "From a file")


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(**columns: list[str]) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


FILES = {
    "one column without a name": (b"Acme\n\nBeeb Ltd\n", [(1, "Acme"), (3, "Beeb Ltd")]),
    "a table with a name": (b"Why;Company\nclient;Acme\nclient;Beeb\n", [(2, "Acme"), (3, "Beeb")]),
    "UTF-16": ("Company\nCafé\n".encode("utf-16"), [(2, "Café")]),
    "a workbook": (workbook([["Company", "n"], ["Acme", 1], [None, None], ["Beeb"]]), [(2, "Acme"), (4, "Beeb")]),
    "a workbook without names": (workbook([["Acme"], ["Beeb"]]), [(1, "Acme"), (2, "Beeb")]),
    "JSON": (json.dumps([{"company": "Acme"}, {"company": "Beeb"}]).encode(), [(1, "Acme"), (2, "Beeb")]),
    "JSON of fields that nobody knows": (
        json.dumps([{"firma": "Acme"}, {"firma": "B"}]).encode(),
        [(1, "Acme"), (2, "B")],
    ),
    "Parquet": (parquet(n=["1", "2"], company=["Acme", "Beeb"]), [(1, "Acme"), (2, "Beeb")]),
}


@pytest.mark.parametrize("what", FILES)
def test_entries_keep_their_row(rt: Runtime, alice: Actor, upload: Upload, list_id: int, what: str) -> None:
    content, expected = FILES[what]
    upload_id = upload(alice, content)
    filled = list_files.fill(rt, alice, list_id, upload_id)
    found, _ = lists.entries(rt, alice, list_id)
    assert [(entry.row_number, entry.label) for entry in found] == expected
    assert (filled.version, filled.added, lists.get(rt, alice, list_id).source) == (1, len(expected), "file")
    with pytest.raises(NotFound), uploads.opened_upload(rt, alice, upload_id):
        pass


def test_a_file_is_added_to_what_is_there(rt: Runtime, alice: Actor, upload: Upload, list_id: int) -> None:
    list_files.fill(rt, alice, list_id, upload(alice, b"Acme\nBeeb\n"))
    filled = list_files.fill(rt, alice, list_id, upload(alice, b"Beeb\nCorp\n"), add_only=True)
    assert (filled.version, filled.entries, filled.added, filled.removed) == (2, 3, 1, 0)


def test_people_from_a_file(rt: Runtime, alice: Actor, upload: Upload) -> None:
    list_id = lists.create(rt, alice, "do_not_contact", "People")
    content = "Name,Company,LinkedIn URL\nAda Example,Acme,https://www.linkedin.com/in/ada\nBea Example,,\n,,x\n"
    filled = list_files.fill(rt, alice, list_id, upload(alice, content.encode()))
    assert (filled.entries, filled.taken) == (1, 1)


BAD = {
    "empty": (b" \n", "empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "picture"),
    "a damaged workbook": (workbook([["Acme"]])[:-200], "damaged|complete|unpack|archive"),
    "nothing but a header": (b"Company\n", "nothing in it|holds no rows"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_of_no_use_leaves_the_list_as_it_is(
    rt: Runtime, alice: Actor, upload: Upload, list_id: int, what: str
) -> None:
    list_files.fill(rt, alice, list_id, upload(alice, b"Acme\n"))
    content, told = BAD[what]
    with pytest.raises(BadInput, match=told):
        list_files.fill(rt, alice, list_id, upload(alice, content))
    assert (lists.get(rt, alice, list_id).version, lists.get(rt, alice, list_id).entry_count) == (1, 1)


def test_too_many_rows_are_refused_before_all_are_read(
    rt: Runtime, alice: Actor, upload: Upload, list_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_rows, "MAX_ENTRIES", 2)
    with pytest.raises(BadInput, match="at most 2 entries"):
        list_files.fill(rt, alice, list_id, upload(alice, b"a1\nb1\nc1\n"))
    assert lists.get(rt, alice, list_id).version == 0


def test_only_who_may_change_a_list_fills_it_and_only_from_their_own_upload(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, upload: Upload, list_id: int
) -> None:
    upload_id = upload(alice, b"Acme\n")
    with pytest.raises(Forbidden):
        list_files.fill(rt, charlie, list_id, upload_id)
    with pytest.raises(NotFound):
        list_files.fill(rt, bob, list_id, upload_id)
    assert list_files.fill(rt, alice, list_id, upload_id).added == 1
