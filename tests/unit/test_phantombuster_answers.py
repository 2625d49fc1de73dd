"""PhantomBuster's answers and addresses of results, without a network."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.enrichment import launch_watch, launches
from services.errors import BadInput
from services.vendors.phantombuster_answers import (
    CONSOLE_CHARS,
    AgentSettings,
    console_of,
    read_agents,
    read_container,
    read_containers,
    read_output,
    read_settings,
)
from services.vendors.phantombuster_errors import NoResult
from services.vendors.phantombuster_files import is_allowed, of_object, of_storage

HOSTS = ("phantombuster.s3.amazonaws.com", "cache1.phantombooster.com", "127.0.0.1:8000")


@pytest.mark.parametrize(
    "argument", [{"sessionCookie": "canary", "searches": "x", "csvName": "people"}, None, "no JSON"]
)
def test_of_an_argument_only_names_are_kept(argument: Any) -> None:
    body = {"id": 12, "name": "A", "argument": json.dumps(argument) if isinstance(argument, dict) else argument,
            "proxyPassword": "canary", "s3Folder": "f", "orgS3Folder": "o"}  # fmt: skip
    found = read_settings(body)
    assert "canary" not in repr(found)
    assert found.id == "12"
    if isinstance(argument, dict):
        assert (found.argument_names, found.source_argument, found.result_name) == (
            ("sessionCookie", "searches", "csvName"), "searches", "people")  # fmt: skip
    else:
        assert (found.argument_names, found.source_argument, found.result_name) == ((), "", "")


def test_an_argument_may_come_as_an_object() -> None:
    assert read_settings({"id": "1", "argument": {"profileUrls": []}}).source_argument == "profileUrls"


@pytest.mark.parametrize("body", [None, "x", 5, [], {"id": "../x"}, {"name": "no id"}])
def test_what_is_no_agent_is_refused(body: Any) -> None:
    with pytest.raises((ValueError, KeyError)):
        read_settings(body)


@pytest.mark.parametrize("body", [None, "x", {"agents": 5}, [5]])
def test_what_is_no_list_is_refused(body: Any) -> None:
    with pytest.raises(ValueError):
        read_agents(body)


def test_lists_come_bare_or_within_an_object_and_containers_the_newest_first() -> None:
    rows = [{"id": "1", "createdAt": 5, "status": "finished", "exitCode": 0}, {"id": "2", "createdAt": 9}]
    for body in (rows, {"containers": rows, "maxLimitReached": False}):
        assert [one.id for one in read_containers(body)] == ["2", "1"]


@pytest.mark.parametrize(
    ("row", "over", "succeeded"),
    [
        ({"status": "starting"}, False, False),
        ({"status": "running"}, False, False),
        ({"status": "finished", "exitCode": 0}, True, True),
        ({"status": "finished", "exitCode": 1}, True, False),
        ({"status": "finished"}, True, False),
        ({"status": "launch error"}, True, False),
        ({"status": "unknown"}, False, False),
        ({"status": "unknown", "endedAt": 7}, True, False),
    ],
)
def test_success_is_finished_with_exit_code_0(row: dict[str, Any], over: bool, succeeded: bool) -> None:
    found = read_container({"id": "1", **row})
    assert (found.is_over, found.succeeded) == (over, succeeded)


@pytest.mark.parametrize(
    ("given", "read"), [(0.25, 0.25), (42, 0.42), (None, None), (True, None), (-1, 0.0), ("5", None)]
)
def test_progress_is_a_share(given: Any, read: float | None) -> None:
    assert read_output({"containerId": "1", "progress": given}).progress == read


@pytest.mark.parametrize(
    "line",
    [
        "sessionCookie=canary", 'sessionCookie": "canary"', "li_at=canary; path=/", "Cookie: canary",
        "X-Phantombuster-Key: canary", "password = canary", "apiKey: 'canary'", "AQEDcanary_0123456789",
        "proxy http://user:canary@proxy.example:3128", "token:canary",
    ],
)  # fmt: skip
def test_a_console_is_shown_without_secrets(line: str) -> None:
    shown = console_of(f"Connected\n{line}\nPage 1\n")
    assert "canary" not in shown
    assert shown.startswith("Connected\n") and shown.endswith("Page 1\n")


def test_of_a_long_console_the_end_is_shown_in_whole_lines() -> None:
    shown = console_of("".join(f"line {n}\n" for n in range(100_000)))
    assert len(shown) <= CONSOLE_CHARS
    assert shown.startswith("line 9") and shown.endswith("line 99999\n")


def test_a_console_holds_no_escapes_and_nothing_that_turns_text_around() -> None:
    assert console_of("\x1b[31mred\x1b[0m\r\n\u202eevil\x00\x08") == "red\nevil"
    assert console_of(None) == ""


# -- where a result is --------------------------------------------------------------------------------

AGENT = AgentSettings("1", "A", (), "", "folder", "org")


@pytest.mark.parametrize(
    ("raw", "rows", "addresses"),
    [
        ('[{"fullName": "Ana Lima"}]', True, ()),
        ('{"fullName": "Ana Lima"}', True, ()),
        ('{"csvURL": "https://a/x.csv", "jsonUrl": "https://a/x.json"}', False, ("https://a/x.csv", "https://a/x.json")),
        ('"https://a/x.csv"', False, ("https://a/x.csv",)),
        ("https://a/x.csv", False, ("https://a/x.csv",)),
        ("[]", False, ()), ("[1]", False, ()), ("no JSON", False, ()), ("", False, ()), ("null", False, ()),
    ],
)  # fmt: skip
def test_a_result_object_is_rows_or_says_where_they_are(raw: str, rows: bool, addresses: tuple[str, ...]) -> None:
    found = of_object(raw)
    assert (bool(found.rows), found.addresses) == (rows, addresses)


@pytest.mark.parametrize("name", ["", "people", "people.csv", "people.json", "a/../b c"])
def test_without_a_result_object_it_is_the_agents_file(name: str) -> None:
    found = of_storage(AgentSettings("1", "A", (), name, "folder", "org"), "https://s.example/")
    plain = {"": "result", "a/../b c": "a%2F..%2Fb%20c"}.get(name, "people")
    assert found.addresses == (
        f"https://s.example/org/folder/{plain}.csv",
        f"https://s.example/org/folder/{plain}.json",
    )
    assert found.shared


def test_an_agent_without_storage_has_no_result() -> None:
    with pytest.raises(NoResult):
        of_storage(AgentSettings("1", "A", (), "", "", ""), "https://s.example")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://phantombuster.s3.amazonaws.com/a/b/result.csv", True),
        ("https://PHANTOMBUSTER.s3.amazonaws.com/a", True),
        ("https://phantombuster.s3.amazonaws.com:443/a", True),
        ("https://cache1.phantombooster.com/x", True),
        ("http://127.0.0.1:8000/x", True),
        ("http://127.0.0.1:8001/x", False),
        ("http://phantombuster.s3.amazonaws.com/a", False),
        ("https://phantombuster.s3.amazonaws.com:8443/a", False),
        ("https://phantombuster.s3.amazonaws.com.evil.example/a", False),
        ("https://evil.example/phantombuster.s3.amazonaws.com", False),
        ("https://phantombuster.s3.amazonaws.com@evil.example/a", False),
        ("https://user@phantombuster.s3.amazonaws.com/a", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::1]/x", False), ("https://localhost/x", False), ("file:///etc/passwd", False),
        ("ftp://cache1.phantombooster.com/x", False), ("https://cache1.phantombooster.com\\@evil.example/", False),
        ("https://cache1.phantombooster.com:port/", False), ("//cache1.phantombooster.com/x", False), ("", False),
    ],
)  # fmt: skip
def test_results_are_read_from_named_hosts_only(address: str, allowed: bool) -> None:
    assert is_allowed(address, HOSTS) is allowed


# -- what is asked for --------------------------------------------------------------------------------


def test_an_address_loses_what_belongs_to_its_session() -> None:
    url = "https://www.linkedin.com/sales/search/people?query=(a%3Ab)&sessionId=canary&viewAllFilters=true"
    kept = launches.source_url(f" {url} ")
    assert "canary" not in kept
    assert kept == "https://www.linkedin.com/sales/search/people?query=%28a%3Ab%29&viewAllFilters=true"
    plain = "https://www.linkedin.com/search/results/people/?keywords=a,b(c)"
    assert launches.source_url(plain) == plain


@pytest.mark.parametrize(
    "raw", ["linkedin.com/x", "javascript:alert(1)", "mailto:a@b.ch", "https://a b", f"https://a/{'x' * 3000}"]
)
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(BadInput, match="Paste the whole address"):
        launches.source_url(raw)


@pytest.mark.parametrize(
    "wanted",
    [
        launches.Wanted(""), launches.Wanted("1 2"), launches.Wanted("../1"),
        launches.Wanted("1", "container", container_id=""), launches.Wanted("1", "container", container_id="x/y"),
        launches.Wanted("1", argument_name="session Cookie"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_before_anything_is_written(wanted: launches.Wanted) -> None:
    with pytest.raises(BadInput):
        wanted.checked()


@pytest.mark.parametrize(
    ("status", "end_type", "exit_code", "outcome", "told"),
    [
        ("finished", "finished", 0, "ok", ""),
        ("finished", "finished", 1, "failed", "exit code 1"),
        ("finished", "unknown", None, "failed", "exit code unknown"),
        ("unknown", "unknown", None, "failed", "exit code unknown"),
        ("launch error", "unknown", None, "launch_error", "whether your plan has time left"),
        ("finished", "killed", 137, "stopped", "taken by the id of the run"),
        *(("finished", limit, 1, "time_limit", f"({limit}): raise that at PhantomBuster")
          for limit in ("global timeout", "org timeout", "agent timeout", "no log timeout")),
    ],
)  # fmt: skip
def test_each_way_in_which_a_container_ends_has_a_word_and_says_what_to_do(
    status: str, end_type: str, exit_code: int | None, outcome: str, told: str
) -> None:
    row = {"id": "1", "status": status, "endType": end_type, "exitCode": exit_code, "endedAt": 2, "createdAt": 1}
    container = read_container(row)
    assert container.is_over and launch_watch.outcome_of(container) == outcome
    assert told in launch_watch.why(container) and bool(launch_watch.why(container)) is (outcome != "ok")


def test_numbers_that_no_column_can_hold_are_not_told() -> None:
    found = read_container({"id": "1", "exitCode": 2**31, "endedAt": 10**30, "createdAt": True})
    assert (found.exit_code, found.ended_ms, found.created_ms) == (None, None, 0)
