"""Parquet files that are odd or broken."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.corpus.case import DAMAGED, NO_ROWS, Case, raw
from tests.corpus.workbooks import PASSWORD, WIDE


def made(columns: dict[str, Any], schema: pa.Schema | None = None, **options: Any) -> Callable[[], bytes]:
    def make() -> bytes:
        file = io.BytesIO()
        pq.write_table(pa.table(columns, schema=schema), file, **options)
        return file.getvalue()

    return make


def twice() -> bytes:
    file = io.BytesIO()
    names = pa.array(["Ana Lima"]), pa.array(["ana@example.com"]), pa.array(["x"])
    pq.write_table(pa.Table.from_arrays(list(names), ["name", "email", "email"]), file)
    return file.getvalue()


PEOPLE = made({"name": ["Ana Lima", "Zoë Müller"], "company": ["Acme", None]})
ODD = made({
    "name": pa.array(["Ana Lima"]).dictionary_encode(),
    "skills": [["Go", "SQL"]],
    "years_experience": pa.array([Decimal("7.50")], pa.decimal128(9, 2)),
    "job_start_date": [date(2020, 3, 1)],
    "seen": [datetime(2026, 1, 2, 3, 4, tzinfo=UTC)],
    "at": [time(3, 4)],
    "for": [timedelta(days=2)],
    "email": pa.array([b"ana@example.com"], pa.binary()),
    "summary": pa.array(["long"], pa.large_string()),
    "title": pa.array([5], pa.uint8()),
    "nest": [{"a": [{"b": 1}]}],
    "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
    "half": pa.array([1.5], pa.float64()),
    "nan": [float("nan")],
    "nothing": pa.nulls(1),
    "large": pa.array([2**63 + 5], pa.uint64()),
})  # fmt: skip
CASES = [
    Case("people.parquet", PEOPLE, people=["Ana Lima", "Zoë Müller"], wanted={"company": "Acme"}),
    Case("odd-types.parquet", ODD, people=["Ana Lima"],
         wanted={"skills": ["Go", "SQL"], "years_experience": 7.5, "email": "ana@example.com", "title": "5"}),
    Case("names-twice.parquet", twice, people=["Ana Lima"], wanted={"email": "ana@example.com"}),
    Case("many-groups.parquet", made({"name": [f"Person {n}" for n in range(50)]}, row_group_size=3),
         people=[f"Person {n}" for n in range(50)]),
    Case("one-huge-group.parquet", made({"name": ["Ana Lima"] + [""] * 300_000}), people=["Ana Lima"]),
    Case("no-rows.parquet", made({"name": pa.array([], pa.string())}), refused=NO_ROWS),
    Case("no-columns.parquet", made({}), refused=DAMAGED),
    Case("501-columns.parquet", made({f"c{n}": [n] for n in range(501)}), refused=WIDE),
    Case("cut.parquet", lambda: PEOPLE()[:-40], refused=DAMAGED),
    Case("footer-changed.parquet", lambda: PEOPLE()[:-80] + b"\xff" * 40 + PEOPLE()[-40:], refused=DAMAGED),
    Case("footer-too-long.parquet", lambda: PEOPLE()[:-8] + struct.pack("<I", 2**31) + b"PAR1", refused=DAMAGED),
    Case("pages-changed.parquet", lambda: PEOPLE()[:8] + b"\xff" * 40 + PEOPLE()[48:], refused=DAMAGED),
    Case("encrypted-footer.parquet", lambda: b"PAR1" + PEOPLE()[4:-4] + b"PARE", refused=PASSWORD),
    raw("encrypted.parquet", b"PARE" + b"\0" * 60, refused=PASSWORD),
    raw("only-marks.parquet", b"PAR1PAR1", refused=DAMAGED),
    raw("only-a-mark.parquet", b"PAR1", refused=DAMAGED),
]  # fmt: skip
