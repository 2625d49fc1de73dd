"""Lines of a batch's files, as they may come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.vendors import openai_batches
from services.vendors.openai_batches import BatchReply, read_reply
from services.vendors.openai_errors import ServerFault


def line(**parts: Any) -> bytes:
    return json.dumps({"id": "batch_req_1", "custom_id": "7", "response": None, "error": None} | parts).encode()


def test_a_line_is_an_answer_a_failure_or_says_why_nobody_was_asked() -> None:
    answer = line(response={"status_code": 200, "request_id": "req_1", "body": {"output": []}})
    assert read_reply(answer) == BatchReply("7", 200, {"output": []}, "")
    failed = line(response={"status_code": 500, "request_id": "req_1", "body": {"error": {"code": None}}})
    assert read_reply(failed) == BatchReply("7", 500, {"error": {"code": None}}, "")
    expired = line(error={"code": "batch_expired", "message": "Too late."})
    assert read_reply(expired) == BatchReply("7", None, None, "batch_expired")


@pytest.mark.parametrize(
    "raw", [b"", b"  ", b"{", b"[]", b"7", b"null", b'"x"', b"\xff\xfe", line(custom_id=None), line(custom_id=7)]
)
def test_what_is_no_line_is_left_out(raw: bytes) -> None:
    assert read_reply(raw) is None


@pytest.mark.parametrize("response", [[], "x", {}, {"status_code": "200"}, {"body": {}}, {"status_code": None}])
def test_a_line_without_a_status_is_nobodys_answer(response: Any) -> None:
    found = read_reply(line(response=response))
    assert found is not None and (found.status, found.body) == (None, None)


def test_lines_end_at_line_feeds_alone_wherever_pieces_are_cut() -> None:
    text = ['{"a": "one\u2028two"}', '{"b": "three\x85four\x0cfive"}', '{"c": "é"}']
    whole = "\n".join(text).encode()
    for size in (1, 2, 3, 7, len(whole)):
        pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
        assert [one.decode() for one in openai_batches._lines(pieces)] == text


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_batches, "_MOST_LINE", 100)
    with pytest.raises(ServerFault):
        list(openai_batches._lines([b"x" * 60] * 3))
