"""Rows of the tables of before: what an import reads of them, and what they say beyond that."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.errors import BadInput
from services.imports import import_mapping
from services.moving_in import legacy_history, legacy_rows
from services.moving_in.legacy_history import History

ANA = {
    "id": "1", "linkedin_url": "https://www.linkedin.com/in/ana", "name": "Ana Lima", "current_title": "Engineer",
    "current_company": None, "skills": ["Go"], "all_employers": ["Acme"], "status": "enriched",
    "enriched_at": "2025-11-01T10:00:00", "original_urls": ["https://linkedin.com/in/ana-lima", "", 7],
    "raw_data": {"name": "Ana", "headline": "Engineer at Acme", "num_of_connections": 500,
                 "current_employers": [{"employer_name": "Acme"}]},
}  # fmt: skip


def test_columns_go_before_the_answer_and_all_of_it_is_kept() -> None:
    record = legacy_rows.record_of(ANA)
    assert (record["name"], record["headline"]) == ("Ana Lima", "Engineer at Acme")
    assert record["current_employers"] == [{"employer_name": "Acme"}]
    assert record["raw_data"] == {"num_of_connections": 500}
    assert record["original_url_1"] == "https://linkedin.com/in/ana-lima"
    for absent in ("id", "status", "all_employers", "current_company", "original_urls", "original_url_2"):
        assert absent not in record
    mapping = legacy_rows.mapping_of(list(record))
    assert import_mapping.check(mapping, list(record)) == mapping
    assert {mapping[name] for name in ("linkedin_url", "original_url_1")} == {"linkedin_url"}
    assert (mapping["name"], mapping["current_title"], mapping["headline"]) == ("full_name", "title", "headline")
    assert "raw_data" not in mapping


@pytest.mark.parametrize("raw", ['{"name": "Ana", "headline": "X"}', None, "no json", "[1]", [1], "{" * 5000, 3])
def test_an_answer_in_any_shape_is_no_reason_to_lose_someone(raw: Any) -> None:
    record = legacy_rows.record_of(ANA | {"raw_data": raw})
    assert record["name"] == "Ana Lima"
    assert ("headline" in record) == (isinstance(raw, str) and "headline" in raw)


def test_what_no_reader_takes_is_left_out_and_told() -> None:
    line, cut = legacy_rows.line_of(ANA)
    assert (json.loads(line)["name"], cut, line.count(b"\n")) == ("Ana Lima", False, 1)
    huge = ANA | {"raw_data": {"name": "Ana", "posts": "x" * (legacy_rows.MAX_ROW + 1)}}
    line, cut = legacy_rows.line_of(huge)
    assert (json.loads(line)["name"], cut) == ("Ana Lima", True)
    assert len(line) < 10_000


@pytest.mark.parametrize(
    ("score", "level", "expected"),
    [
        (8, "Strong Fit", (8.0, "strong")),
        ("6", "Good Fit", (6.0, "possible")),
        (3, " not a fit ", (3.0, "weak")),
        (None, "Maybe", (None, "possible")),
        (0, "Strong Fit", (None, "strong")),  # a failure was written down as 0
        (11, None, (None, None)),
        (float("nan"), "Missing Data", (None, None)),
    ],
)
def test_scores_and_fits(score: Any, level: Any, expected: tuple[Any, Any]) -> None:
    mark = legacy_rows.mark_of(ANA, {"screening_score": score, "screening_fit_level": level})
    assert mark is not None
    assert (mark["score"], mark["fit"]) == expected
    assert bool(mark["note"]) == (expected != (None, None))


def test_the_reason_becomes_a_note() -> None:
    said = {"screening_score": 8, "screening_fit_level": "Strong Fit", "screening_summary": "Knows Go.\x00",
            "screening_reasoning": "x" * 6000, "screened_at": "2026-01-05T08:00:00+00:00"}  # fmt: skip
    mark = legacy_rows.mark_of(ANA, said, "Go engineer")
    assert mark is not None
    assert mark["note"].startswith(
        "Screened in the old SourcingX for “Go engineer”: Strong Fit, 8 of 10.\n\nKnows Go.\n\nxxx"
    )
    assert len(mark["note"]) <= legacy_rows.MAX_NOTE
    assert mark["screened_at"] == "2026-01-05T08:00:00+00:00"


def test_where_someone_stood() -> None:
    contacted = legacy_rows.mark_of(ANA | {"status": "contacted", "filter_status": "filtered_blacklist"}, None)
    assert contacted is not None
    assert (contacted["contacted"], contacted["filter_status"]) == (True, "filtered_blacklist")
    assert contacted["collected_at"] == "2025-11-01T10:00:00+00:00"
    other = legacy_rows.mark_of(ANA | {"filter_status": "filtered_whatever"}, None)
    assert other is not None and other["filter_status"] == "filtered_manual"
    plain = legacy_rows.mark_of(ANA | {"filter_status": "active"}, None)
    assert plain is not None and (plain["filter_status"], plain["contacted"]) == ("", False)
    assert legacy_rows.mark_of(ANA | {"linkedin_url": "none"}, None) is None


def test_no_moment_lies_ahead() -> None:
    ahead = legacy_rows.moment("2999-01-01")
    assert ahead is not None and ahead <= datetime.now(UTC)
    assert [legacy_rows.moment(given) for given in (None, "", "soon", 7)] == [None] * 4


# -- the history ---------------------------------------------------------------------------------------


ENTRY = {
    "agent_id": 123, "csv_name": "go-haifa", "launched_at": "2026-01-02 10:30", "profiles_requested": 2500,
    "search_url": "https://www.linkedin.com/sales/search/people?query=go", "search_name": "Go in Haifa",
}  # fmt: skip


def test_a_launch_is_known_again_in_the_table() -> None:
    history = History()
    history.add([ENTRY])
    history.add([{"agent_id": "123", "csv_name": "go-haifa", "launched_at": "2026-01-02 08:30", "id": 7}])
    (launch,) = history.launches.values()
    assert (history.entries, launch.key, launch.title) == (2, "123/go-haifa", "Go in Haifa")
    assert (launch.search_url, launch.requested) == (ENTRY["search_url"], 2500)
    assert launch.launched_at == datetime(2026, 1, 2, 8, 30, tzinfo=UTC)


def test_what_cannot_be_taken_is_counted_by_its_reason() -> None:
    history = History()
    history.add([ENTRY, "text", {"agent_id": "1"}, ENTRY | {"csv_name": "b", "launched_at": "never"}])
    assert dict(history.problems) == {legacy_history.NO_OBJECT: 1, legacy_history.NO_NAME: 1}
    assert [one.csv_name for one in history.in_order()] == ["b", "go-haifa"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://example.com/x", "https://linkedin.com.evil.io/", "", 7]
)
def test_only_addresses_at_linkedin_become_links(url: Any) -> None:
    history = History()
    history.add([ENTRY | {"search_url": url}])
    assert next(iter(history.launches.values())).search_url == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [("{oops", "is not JSON"), ('"x"', "holds no list"), ('{"a": 1}', "holds no list"), ("[" * 100_000, "is not JSON")],
)
def test_another_file_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "search_history.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=said):
        legacy_history.read_file(path)
    with pytest.raises(BadInput, match="cannot be read"):
        legacy_history.read_file(tmp_path / "missing.json")


def test_a_list_in_an_object_is_read(tmp_path: Path) -> None:
    path = tmp_path / "search_history.json"
    path.write_text(json.dumps({"history": [ENTRY]}))
    assert legacy_history.read_file(path) == [ENTRY]
