"""A batch of rows becomes the same people as row by row."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.imports.import_history import plan_of
from services.imports.import_mapping import columns_by_field, suggest
from services.imports.import_normalise import Normaliser
from services.imports.import_readers import Row
from services.imports.import_rows import person_of

TODAY = date(2026, 11, 15)
HEADER = [
    "fullName", "firstName", "lastName", "linkedinJobTitle", "companyName", "location", "country", "companyIndustry",
    "linkedinHeadline", "linkedinDescription", "professionalEmail", "phone", "profileUrl", "vmid", "skill1",
    "linkedinSkillsLabel", "years of experience", "durationInRole", "linkedinJobDateRange",
    "linkedinPreviousJobTitle", "previousCompanyName", "linkedinPreviousJobDateRange", "linkedinSchoolName",
    "linkedinSchoolDateRange", "colour",
]  # fmt: skip
COLUMNS, PLAN = columns_by_field(suggest(HEADER)), plan_of(HEADER)
CELLS = st.one_of(
    st.sampled_from([
        "", "Ana Lima", "ANA  LIMA", "Acme", "Porto, Portugal", "Atlanta, Georgia", "2 yrs 3 mos", "Feb 2026 - Present",
        "Jan 2019 - Mar 2021", "https://www.linkedin.com/in/ana-lima", "HTTPS://pt.linkedin.com/in/Ana-Lima/?x=1",
        "ana@example.com", "+351 912 345 678", "'=1+1", "a\x00b", "Python, SQL", "7.5", None, 7, 2.5, True,
    ]),
    st.text(max_size=20),
    st.lists(st.text(max_size=5), max_size=3),
)  # fmt: skip


def normaliser(today: date = TODAY, source: str = "File") -> Normaliser:
    return Normaliser(COLUMNS, PLAN, today, source, HEADER)


# A busy machine is no failure.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(HEADER), CELLS), max_size=8))
def test_a_batch_is_read_as_row_by_row(rows: list[dict[str, Any]]) -> None:
    batch = [Row(number, values, 0) for number, values in enumerate(rows)]
    made = normaliser()
    expected = [person_of(row.number, row.values, COLUMNS, today=TODAY, plan=PLAN) for row in batch]
    # Twice: what was remembered is what was made.
    assert made.people(batch) == expected
    assert made.people(batch) == expected


def test_a_broken_row_is_nobody() -> None:
    assert normaliser().people([Row(3, {"row": "x"}, 1, "too many cells")]) == [None]
    assert normaliser().hash_of(Row(3, {"row": "x"}, 1, "too many cells")) is None


def test_a_row_is_known_again_only_as_it_was_told() -> None:
    row = Row(2, dict.fromkeys(HEADER, "x"), 0)
    known = normaliser().hash_of(row)
    assert known is not None
    assert len(known) == 32
    assert normaliser().hash_of(row._replace(number=9)) == known
    moved = {**row.values, "fullName": "x\x1fx", "firstName": ""}
    joined = {**row.values, "fullName": "x", "firstName": "x\x1f"}
    others = [
        normaliser().hash_of(row._replace(values={**row.values, "colour": "y"})),
        normaliser().hash_of(row._replace(values={**row.values, "colour": None})),
        normaliser().hash_of(row._replace(values=dict(list(row.values.items())[:-1]))),
        normaliser().hash_of(row._replace(values=moved)),
        normaliser().hash_of(row._replace(values=joined)),
        # A part of the import whose columns stand in another order: the same texts say something else there.
        normaliser().hash_of(row._replace(values=dict(reversed(row.values.items())))),
        normaliser(source="PhantomBuster").hash_of(row),
        # Times in jobs are counted to the month.
        normaliser(today=date(2026, 12, 1)).hash_of(row),
        Normaliser({"full_name": ["fullName"]}, PLAN, TODAY, "File", HEADER).hash_of(row),
    ]
    assert len({known, *others}) == len(others) + 1
