"""Workbooks, most of them written part by part, since no library writes what they hold."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time

import openpyxl

from tests.corpus.case import DAMAGED, NO_ROWS, Case
from tests.corpus.texts import ARCHIVE

DTD = "The file holds XML declarations that no spreadsheet program writes. Save it again as XLSX, or as CSV."
BOMB = "The file grows beyond all measure when it is unpacked. Save it again as XLSX, or as CSV."
ZIP = "The file is packed in a way that no spreadsheet program uses. Save it again as XLSX, or as CSV."
PASSWORD = "The file is protected by a password. Save it without one and upload that."
ODS = "This is an OpenDocument file: save it as XLSX or CSV and upload that."
DOCUMENT = "This is a document, not a workbook: save its table as XLSX or CSV and upload that."
XLSB = "This is a binary Excel workbook (.xlsb): save it as XLSX or CSV and upload that."
NO_SHEETS = "The workbook has no sheet with rows."
WIDE = "The file has more than 500 columns; 500 can be read."
TALL = "The sheet has more rows than a sheet can have: the file is damaged. Save it again and upload that."
GAP = (
    "The sheet has nothing but blank rows below its header, more than 50,000 of them. "
    "Delete them, save the workbook and upload it again."
)
LONG = "A row of this file is longer than any row can be."

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
PARTS = {
    "[Content_Types].xml": f'{XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
    "_rels/.rels": f'{XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{XML}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
    '<sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_REL}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>',
}
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def cell(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def sheet(rows: str, prologue: str = XML) -> str:
    return f'{prologue}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


HEADER = f'<row r="1">{cell("A1", "Name")}{cell("B1", "Company")}</row>'
ANA = f'<row r="2">{cell("A2", "Ana Lima")}{cell("B2", "Acme")}</row>'


def book(parts: Mapping[str, str | bytes | None], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook of one sheet, with parts replaced, added or (None) left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in (PARTS | {SHEET: sheet(HEADER + ANA)} | dict(parts)).items():
            if content is not None:
                archive.writestr(name, content)
    return file.getvalue()


def of_rows(rows: str) -> Callable[[], bytes]:
    return lambda: book({SHEET: sheet(HEADER + rows)})


def plain(names: Mapping[str, str]) -> Callable[[], bytes]:
    def make() -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in names.items():
                archive.writestr(name, content)
        return file.getvalue()

    return make


def written(*sheets: tuple[str, Sequence[Sequence[object]]], hidden: Sequence[str] = ()) -> Callable[[], bytes]:
    """As a spreadsheet program saves it."""

    def make() -> bytes:
        made = openpyxl.Workbook()
        made.remove(made.worksheets[0])
        for name, rows in sheets:
            added = made.create_sheet(name)
            added.sheet_state = "hidden" if name in hidden else "visible"
            for row in rows:
                added.append(list(row))
        file = io.BytesIO()
        made.save(file)
        return file.getvalue()

    return make


def duplicated() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = io.BytesIO(book({}))
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(SHEET, sheet(HEADER))
    return file.getvalue()


def flagged(bit: int) -> bytes:
    """Every entry marked in the flags of both its headers."""
    data = bytearray(book({}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", data, at + offset)
            struct.pack_into("<H", data, at + offset, flags | bit)
            at = data.find(mark, at + 4)
    return bytes(data)


def bit_flipped() -> bytes:
    """The sheet's packed bytes are not what its checksum says."""
    data = bytearray(book({SHEET: sheet(HEADER + ANA * 200)}))
    at = data.find(SHEET.encode()) + len(SHEET) + 40
    for offset in range(12):
        data[at + offset] ^= 0x55
    return bytes(data)


def growing() -> bytes:
    """Entities that grow to a billion."""
    entities = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    strings = f'{XML}<!DOCTYPE sst [{entities}]><sst xmlns="{_MAIN}"><si><t>&a9;</t></si></sst>'
    return book({STRINGS: strings})


OUTSIDE = f'{XML}<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
FAR = f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
CASES = [
    Case("smallest.xlsx", lambda: book({}), people=["Ana Lima"], wanted={"company": "Acme"}),
    Case("two-cells-far-apart.xlsx", lambda: book({SHEET: sheet(f'<row r="1">{cell("A1", "Name")}</row>{FAR}')}),
         refused=GAP),
    Case("row-beyond-all-sheets.xlsx", of_rows(ANA + f'<row r="4294967295">{cell("A4294967295", "x")}</row>'),
         refused=TALL, late=True),
    Case("column-beyond-all-sheets.xlsx", of_rows(ANA.replace("B2", "ZZZZZZ2")), people=["Ana Lima"]),
    Case("row-number-too-large.xlsx", of_rows(f'<row r="99999999999999999999">{cell("A2", "Ana Lima")}</row>'),
         people=["Ana Lima"]),
    Case("cell-of-300-mebibytes.xlsx", of_rows(f'<row r="2">{cell("A2", "x" * (300 << 20))}</row>'), refused=BOMB),
    Case("cell-of-5-mebibytes.xlsx", of_rows(f'<row r="2">{cell("A2", "x" * (5 << 20))}</row>'), refused=LONG),
    Case("part-of-zeros.xlsx", lambda: book({"xl/media/image1.bin": b"\0" * (64 << 20)}), refused=BOMB),
    Case("entities-outside.xlsx", lambda: book({SHEET: sheet(HEADER + ANA.replace("Ana", "&x;"), OUTSIDE)}),
         refused=DTD),
    Case("entities-behind-a-comment.xlsx",
         lambda: book({SHEET: sheet(HEADER + ANA, f"{XML}<!-- > -->{OUTSIDE.removeprefix(XML)}")}), refused=DTD),
    Case("entities-that-grow.xlsx", growing, refused=DTD),
    Case("entities-in-utf16.xlsx", lambda: book({SHEET: sheet(HEADER + ANA, OUTSIDE).encode("utf-16")}), refused=DTD),
    Case("cut.xlsx", lambda: book({})[:-60], refused=DAMAGED),
    Case("cut-in-the-middle.xlsx", lambda: book({})[:700], refused=DAMAGED),
    Case("bits-flipped.xlsx", bit_flipped, refused=DAMAGED),
    Case("entry-twice.xlsx", duplicated, refused=ZIP),
    Case("entry-outside.xlsx", lambda: book({"../../etc/passwd": "x"}), refused=ZIP),
    Case("10001-entries.xlsx", lambda: book({f"xl/media/{n}": "" for n in range(10_001)}), refused=ZIP),
    Case("packed-otherwise.xlsx", lambda: book({}, compression=zipfile.ZIP_BZIP2), refused=ZIP),
    Case("encrypted-entries.xlsx", lambda: flagged(1), refused=PASSWORD),
    Case("workbook-in-an-archive.zip", plain({"people.xlsx": "PK"}), refused=ARCHIVE),
    Case("archive-of-csv.xlsx", plain({"people.csv": "Name\nAna"}), refused=ARCHIVE),
    Case("open-document.xlsx",
         plain({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), refused=ODS),
    Case("letter.xlsx", lambda: book({"word/document.xml": f"{XML}<x/>"}), refused=DOCUMENT),
    Case("binary.xlsx", lambda: book({"xl/workbook.bin": "x"}), refused=XLSB),
    Case("sheet-missing.xlsx", lambda: book({SHEET: None}), refused=DAMAGED),
    Case("workbook-missing.xlsx", lambda: book({"xl/workbook.xml": None}), refused=NO_SHEETS),
    Case("xml-broken.xlsx", lambda: book({SHEET: sheet(HEADER + ANA)[:-40]}), refused=DAMAGED),
    Case("no-xml.xlsx", lambda: book({SHEET: "Name;Company"}), refused=DAMAGED),
    Case("string-missing.xlsx", of_rows('<row r="2"><c r="A2" t="s"><v>7</v></c></row>'), refused=DAMAGED),
    Case("no-rows.xlsx", written(("People", [])), refused=NO_SHEETS),
    Case("header-only.xlsx", written(("People", [["Name", "Company"]])), refused=NO_ROWS),
    Case("only-hidden.xlsx", written(("People", []), ("Old", [["Name"], ["Ana"]]), hidden=["Old"]), refused=NO_SHEETS),
    Case("first-sheet-empty.xlsx", written(("Notes", []), ("People", [["Name"], ["Ana Lima"]])), people=["Ana Lima"]),
    Case("501-columns.xlsx", written(("People", [["Name", *range(500)], ["Ana Lima"]])), refused=WIDE),
    Case("row-wider-than-the-header.xlsx", written(("People", [["Name", "City"], ["Ana", "x", "y"], ["Ben Okoro"]])),
         people=["Ben Okoro"], rejected=1),
    Case("blank-rows-and-columns.xlsx",
         written(("People", [[], [None, "Name", "City"], [], [None, "Ana Lima", "Porto"], ["  "]])),
         people=["Ana Lima"], wanted={"location": "Porto"}),
    Case("title-above.xlsx", written(("People", [["Leads of 2026"], [], ["Full name", "Company"], ["Ana Lima", "A"]])),
         people=["Ana Lima"]),
    Case("dates-and-numbers.xlsx",
         written(("People", [["Name", "Years of experience", "Job start date", "Phone", "Industry", "Country"],
                             ["Ana Lima", 7.5, datetime(2020, 3, 1), 358401234567, True, 5.0],
                             ["Ben Okoro", 3, date(2019, 5, 1), time(3, 4), False, 1e20]])),
         people=["Ana Lima", "Ben Okoro"],
         wanted={"years_experience": 7.5, "phone": "358401234567", "industry": "TRUE", "country": "5"}),
    Case("dates-before-1900.xlsx", written(("People", [["Name", "Job title"], ["Ana Lima", "1850-01-02"]])),
         people=["Ana Lima"], wanted={"title": "1850-01-02"}),
    Case("formulas.xlsx",
         written(("People", [["Name", "Company", "Job title"], ["Ana Lima", '=HYPERLINK("x","y")', "=1"]])),
         people=["Ana Lima"], wanted={"company": "", "title": ""}),
    Case("errors-of-formulas.xlsx", written(("People", [["Name", "Company"], ["Ana Lima", "#N/A"]])),
         people=["Ana Lima"], wanted={"company": ""}),
    Case("longest-cell.xlsx", written(("People", [["Name", "Summary"], ["Ana Lima", "s" * 32_767]])),
         people=["Ana Lima"], wanted={"summary": "s" * 20_000}),
    Case("lines-and-signs.xlsx", written(("People", [["Name", "Summary"], ["שלמה 👩‍💻", "one\ntwo & <three>"]])),
         people=["שלמה 👩‍💻"], wanted={"summary": "one\ntwo & <three>"}),
    Case("escaped-sign.xlsx", of_rows(f'<row r="2">{cell("A2", "Ana_x000D_ Lima")}</row>'), people=["Ana Lima"]),
]  # fmt: skip
