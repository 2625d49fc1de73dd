"""CSV and JSON, and files of other kinds."""

from __future__ import annotations

import json

from tests.corpus.case import DAMAGED, EMPTY, NO_NAME, NO_ROWS, Case, raw, text

NOT_TEXT = "This file is neither text nor a workbook: save it as CSV or XLSX and upload that."
NO_ENCODING = "The file's text cannot be read: it is in no known encoding. Save it as CSV UTF-8."
NO_HEADER = "The first row of the file must name its columns."
TOO_LONG = "A row of this file is longer than any row can be. Is a quotation mark not closed?"
ARCHIVE = "This is an archive of files: unpack it and upload the CSV or XLSX files that are in it."
PAGE = "This is a web page or XML, not a table: save the table as CSV or XLSX and upload that."
OLD_EXCEL = (
    "This is an old Excel workbook (.xls), or one with a password: save it as XLSX without a password, or as CSV."
)
PICTURE = "This is a picture: upload the table itself, as CSV or XLSX."
NO_OBJECTS = "The file holds no objects with named fields."
TWO = ["Ana Lima", "Zoë Müller"]
TABLE = "Name,Company\nAna Lima,Acme\nZoë Müller,Société Générale\n"
PEOPLE = '[{"name": "Ana Lima"}, {"name": "Zoë Müller"}]'

EMPTY_ONES = [
    raw("nothing.csv", b"", refused=EMPTY),
    raw("only-a-mark.csv", b"\xef\xbb\xbf", refused=EMPTY),
    raw("only-blank-lines.csv", b"\r\n \r\n\t\n", refused=EMPTY),
    raw("only-zeros.csv", b"\0" * 5000, refused=EMPTY),
    raw("header-only.csv", b"Name,Company\n", refused=NO_ROWS),
    raw("header-and-blank-rows.csv", b"Name,Company\n,\n  , \n\n", refused=NO_ROWS),
]
ENCODINGS = [
    text("mark.csv", "\ufeff" + TABLE, people=TWO),
    text("utf16-le.csv", "\ufeff" + TABLE, "utf-16-le", people=TWO),
    text("utf16-be.csv", "\ufeff" + TABLE, "utf-16-be", people=TWO),
    text("utf16-without-mark.csv", TABLE, "utf-16-le", people=TWO),
    text("windows.csv", TABLE, "cp1252", people=TWO, wanted={"company": "Acme"}),
    Case("utf16-cut-inside-a-letter.csv", lambda: ("\ufeff" + TABLE).encode("utf-16-le")[:-1], refused=NO_ENCODING),
    raw("no-encoding.csv", b"Name\n\x81\x8d\x8f\xff\xfe\n", refused=NO_ENCODING),
    raw("binary.csv", bytes(range(256)) * 40, refused=NOT_TEXT),
    raw("zeros-between.csv", b"Name\nA\x00n\x00\x00\x00a\xff\n", refused=NOT_TEXT),
]
CSV = [
    text("mixed-line-ends.csv", "Name,Company\r\nAna Lima,Acme\rZoë Müller,Globex\n", people=TWO),
    text("mac-line-ends.csv", TABLE.replace("\n", "\r"), people=TWO),
    text("quote-not-closed.csv", 'Name,Company\nAna Lima,"Acme\nZoë Müller,Globex\n',
         refused="A quotation mark opened in row 2 is not closed."),
    text("quote-not-closed-far-below.csv", "Name,Company\n" + "Ana Lima,Acme\n" * 60 + 'Zoë,"Globex\n',
         refused="A quotation mark opened in row 62 is not closed.", late=True),
    text("quote-inside.csv", 'Name,Company\n"Ana "Q" Lima",Acme\nZoë Müller,Globex\n', people=TWO[1:], rejected=1),
    text("header-broken.csv", '"Name "x" y",Company\nAna,Acme\n', refused=NO_HEADER),
    text("ragged.csv", "Name,Company,City\nAna Lima\nBen Okoro,Acme,Porto,Bern\nZoë Müller,Acme,Porto,,,\n",
         people=TWO, rejected=1),
    text("headers-twice.csv", "Name,Email,Email\nAna Lima,,ana@example.com\n", people=TWO[:1]),
    text("headers-empty.csv", "Name,,\nAna Lima,x,y\n", people=TWO[:1]),
    text("501-columns.csv", "Name," + ",".join(f"c{n}" for n in range(500)) + "\nAna\n",
         refused="The file has more than 500 columns; 500 can be read."),
    text("500-columns.csv", "Name," + ",".join(f"c{n}" for n in range(499)) + "\nAna Lima\n", people=TWO[:1]),
    text("names-the-delimiter.csv", "sep=;\nName;Company\nAna Lima;Acme, Inc.\n", people=TWO[:1],
         wanted={"company": "Acme, Inc."}),
    text("bars.csv", "Name|Company\nAna Lima|Acme, Inc.; Porto\n", people=TWO[:1],
         wanted={"company": "Acme, Inc.; Porto"}),
    text("title-above.csv", "Export of 3 November 2026\n\nFull name,Company\nAna Lima,Acme\n", people=TWO[:1]),
    text("no-header.csv", "Ana Lima,ana@example.com\nZoë Müller,zoe@example.com\n", people=TWO,
         wanted={"email": "ana@example.com"}),
    text("nobody-named.csv", "Colour,Size\ngreen,12\n", refused=NO_NAME),
    text("line-too-long.csv", "Name\n" + "x" * 2_100_000 + "\n", refused=TOO_LONG),
    text("long-cell.csv", 'Name,Other,Summary\nAna Lima,"' + "x" * 200_000 + '",short\n', people=TWO[:1],
         wanted={"summary": "short"}),
    text("cell-too-long.csv", 'Name,About\nAna,"' + ("x" * 1_000_000 + "\n") * 3 + '"\n',
         refused="A cell in row 2 is longer than 2,000,000 characters. Is a quotation mark not closed?"),
    text("formulas.csv", 'Name,Title\n"=HYPERLINK(""http://evil.example"",""x"")",+cmd|calc\n',
         people=['=HYPERLINK("http://evil.example","x")'], wanted={"title": "+cmd|calc"}),
    text("javascript-address.csv", "Name,LinkedIn URL\nAna Lima,javascript:alert(1)\n", people=TWO[:1],
         wanted={"linkedin_url": ""}),
    text("turned-around.csv", "Name,Title\n\u202eAna Lima\u202c,Engi\u200bneer\n", people=TWO[:1],
         wanted={"title": "Engineer"}),
    text("right-to-left.csv", "Name,Title\nשלמה כהן,مهندس\n", people=["שלמה כהן"], wanted={"title": "مهندس"}),
    text("emoji.csv", "Name,Title\n👩‍💻 Ana,Ingénieur\u0301e\n", people=["👩‍💻 Ana"]),
    text("zeros-in-cells.csv", "Name,Company\nAna\0 Lima,Ac\0me\n" + "Zoë Müller,Globex\n" * 40,
         refused=NOT_TEXT),
    text("script.csv", "Name,Title\n<script>alert(1)</script>,<img src=x onerror=alert(1)>\n",
         people=["<script>alert(1)</script>"]),
    text("sql.csv", "Name,Title\n\"Ana'); DROP TABLE profiles;--\",x\n", people=["Ana'); DROP TABLE profiles;--"]),
    text("longest-cell.csv", "Name,Summary\nAna Lima," + "s" * 32_767 + "\n", people=TWO[:1],
         wanted={"summary": "s" * 20_000}),
    text("long-ago.csv", "Name,Job start date,Born\nAna Lima,1850-01-02,1899-12-31\n", people=TWO[:1]),
    text("lines-in-cells.csv", 'Name,Summary\nAna Lima,"one\r\ntwo\n\nthree"\n', people=TWO[:1],
         wanted={"summary": "one\ntwo\n\nthree"}),
    text("one-person-twice.csv", "Name,LinkedIn\nAna Lima,linkedin.com/in/ana\nAna Lima,https://linkedin.com/in/ana/\n",
         people=TWO[:1]),
    text("rows-of-nobody.csv", "Name,Company,Title\n,Acme,Engineer\nAna Lima,Acme,\n", people=TWO[:1], rejected=1),
]  # fmt: skip
JSON = [
    text("people.json", PEOPLE, people=TWO),
    text("lines.json", '{"name": "Ana Lima"}\n\n{"name": "Zoë Müller"}\n', people=TWO),
    text("one.json", '{"name": "Ana Lima"}', people=TWO[:1]),
    text("utf16.json", PEOPLE, "utf-16", people=TWO),
    text("not-closed.json", PEOPLE[:-1], refused="The JSON array is not closed: the file is not complete."),
    text("cut-inside.json", PEOPLE[:-8], refused="JSON value 2 cannot be read: the file is damaged."),
    text("text-behind.json", PEOPLE + " and more", refused="There is text after the end of the JSON array."),
    text("no-comma.json", PEOPLE.replace(", ", " "), refused="There is no comma after value 1 of the JSON array."),
    text("many-fields.json", json.dumps([{f"field {n}": 1 for n in range(start, start + 300)} for start in (0, 300)]),
         refused="The objects have 600 fields; 500 can be read."),
    text("no-objects.json", '[1, "x", null]', refused=NO_OBJECTS),
    text("empty.json", "[]", refused=NO_OBJECTS),
    text("some-scalars.json", '[{"name": "Ana Lima"}, 5, "x", null, [1]]', people=TWO[:1], rejected=4),
    text("lone-surrogate.json", '[{"name": "Ana \\ud800Lima", "\\udfff": "x"}]', people=TWO[:1]),
    text("zeros.json", '[{"name": "Ana \\u0000Lima"}]', people=TWO[:1]),
    text("infinity.json", '[{"name": "Ana Lima", "score": NaN, "x": -Infinity, "y": 1e999}]', people=TWO[:1]),
    text("deep.json", '[{"name": ' + "[" * 100_000 + "]" * 100_000 + "}]",
         refused="JSON value 1 cannot be read: it holds too much."),
    text("nested.json", '[{"name": "Ana Lima"}, {"name": "x", "y": ' + "[" * 900 + "]" * 900 + "}]", people=TWO[:1],
         rejected=1),
    text("huge-number.json", '[{"name": "Ana Lima", "n": ' + "9" * 5000 + "}]",
         refused="JSON value 1 cannot be read: it holds too much."),
    text("large-number.json", '[{"name": "Ana Lima", "n": 123456789012345678901234567890}]', people=TWO[:1]),
    text("501-fields.json", json.dumps([{"name": "Ana"} | {f"f{n}": n for n in range(500)}]),
         refused="The objects have 501 fields; 500 can be read."),
    text("keys-twice.json", '[{"name": "Ana Lima", "name": "Zoë Müller"}]', people=TWO[1:]),
    text("too-long.json", json.dumps([{"name": "x" * 4_200_000}]),
         refused="JSON value 1 is longer than any record can be."),
    text("wrong-types.json", '[{"name": {"first": "Ana"}, "email": ["ana@example.com"], "skills": "Go", "title": 5}]',
         people=["Ana"], wanted={"email": "ana@example.com", "title": "5"}),
]  # fmt: skip
OTHERS = [
    raw("book.pdf", b"%PDF-1.7\n1 0 obj", refused="This is a PDF: save its table as CSV or XLSX and upload that."),
    raw("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", refused=PICTURE),
    raw("photo.xlsx", b"\xff\xd8\xff\xe0\0\x10JFIF", refused=PICTURE),
    raw("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, refused=OLD_EXCEL),
    raw("table.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0", refused=ARCHIVE),
    raw("table.7z", b"7z\xbc\xaf\x27\x1c", refused=ARCHIVE),
    raw("empty.zip", b"PK\x05\x06" + b"\0" * 18, refused=ARCHIVE),
    raw("table.db", b"SQLite format 3\0" + b"\0" * 100,
        refused="This is a database file: export its table as CSV and upload that."),
    text("page.xls", "<html><body><table><tr><td>Name</td></tr></table></body></html>", refused=PAGE),
    text("entities.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
         refused=PAGE),
    raw("marked-as-zip.xlsx", b"PK\x03\x04 a workbook", refused=DAMAGED),
]  # fmt: skip

CASES = [*EMPTY_ONES, *ENCODINGS, *CSV, *JSON, *OTHERS]
