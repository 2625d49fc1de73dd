"""`sourcingx lists` and `sourcingx filter`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.access import identity
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.integration.test_export import fill

__all__ = ["sourcingx"]


@pytest.fixture
def search(rt: Runtime) -> str:
    admin = identity.create_user(rt, "ada@example.com", "Ada Admin", "admin")
    search_id = str(searches.create_search(rt, admin, "Leads").id)
    fill(rt, search_id, 30)
    return search_id


def test_a_list_from_a_file_and_rules_from_another(sourcingx: CommandLine, search: str, tmp_path: Path) -> None:
    file, rules = tmp_path / "rivals.csv", tmp_path / "rules.json"
    file.write_text("Company;Why\nAcme;rival\nBeeb;\n", encoding="utf-8")
    made = sourcingx.json("lists", "Rivals", "--kind", "blacklisted_companies", "--file", str(file))
    assert (made["version"], made["entries"]) == (1, 2)
    assert sourcingx.json("lists", "rivals", "--file", str(file))["list"] == made["list"]
    assert [one["name"] for one in sourcingx.json("lists")] == ["Rivals"]
    everyone = {"kind": "missing", "params": {"fields": ["years_experience", "phone"]}}
    on_list = {"kind": "list", "params": {"list_id": made["list"]}}
    rules.write_text(json.dumps([on_list, everyone]), encoding="utf-8")
    tried = sourcingx.json("filter", "Leads", "--rules", str(rules), "--dry-run")
    done = sourcingx.json("filter", search, "--rules", str(rules))
    assert done["changed"] == tried["left_out"] > 0
    assert (
        sourcingx.json("filter", "Leads", "--rules", str(rules), "--dry-run")["people"]
        == tried["people"] - done["changed"]
    )
