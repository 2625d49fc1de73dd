"""Settings are read from the environment once, checked, documented, and never shown when secret."""

from __future__ import annotations

import re
import socket
from dataclasses import fields, replace
from pathlib import Path

import pytest

from services.config import SETTINGS, Settings, child_environ
from services.errors import BadInput
from services.servers import supervisor

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def documented() -> dict[str, tuple[str, str, str]]:
    """name → (default, secret, help) of the table in the docs."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (default.strip("` "), secret.strip(), text) for name, default, secret, text in rows}


def test_docs_list_every_setting_as_the_code_has_it() -> None:
    assert documented() == {s.name: (s.default, "yes" if s.secret else "", s.help) for s in SETTINGS}


def test_settings_has_one_field_for_each_setting() -> None:
    assert [f.name for f in fields(Settings)] == [s.field for s in SETTINGS]


def test_nothing_set_gives_the_defaults() -> None:
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.web_workers) == ("127.0.0.1", 8050, 2)
    assert settings.database_url == ""
    assert settings.home.is_absolute()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_env({"PORT": ""}).port == 8050


PROVIDER = {"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "sourcingx"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"PASSWORD_SIGN_IN": "off"}, "OIDC_ISSUER"),
        ({"CRUSTDATA_API_KEY": "k", "CRUSTDATA_BASE_URL": "http://api.example"}, "CRUSTDATA_BASE_URL"),
        ({"SALESQL_API_KEY": "k", "SALESQL_BASE_URL": "http://api.example"}, "SALESQL_BASE_URL"),
        ({"GOOGLE_SERVICE_ACCOUNT": "{}", "GOOGLE_SHEETS_BASE_URL": "http://x.example"}, "GOOGLE_SHEETS_BASE_URL"),
        ({**PROVIDER, "OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID"),
        ({**PROVIDER, "OIDC_ISSUER": "http://id.example"}, "OIDC_ISSUER"),
        ({**PROVIDER, "OIDC_ISSUER": "id.example"}, "OIDC_ISSUER"),
        ({**PROVIDER, "OIDC_ISSUER": "https://[id"}, "OIDC_ISSUER"),
        ({**PROVIDER, "OIDC_ISSUER": "https://accounts.google.com", "OIDC_EMAIL_TRUST": "issuer"}, "OIDC_EMAIL_TRUST"),
        ({**PROVIDER, "OIDC_NEW_USERS": "viewer"}, "OIDC_DOMAINS"),
        ({"PHANTOMBUSTER_API_KEY": "k", "PHANTOMBUSTER_BASE_URL": "http://vendor.example"}, "PHANTOMBUSTER_BASE_URL"),
        ({**PROVIDER, "OIDC_NEW_USERS": "viewer", "OIDC_DOMAINS": " , "}, "OIDC_DOMAINS"),
    ],
)
def test_settings_that_contradict_each_other_are_refused_in_one_line(given: dict[str, str], named: str) -> None:
    with pytest.raises(BadInput) as caught:
        Settings.from_env(given)
    assert named in caught.value.message
    assert "\n" not in caught.value.message


def test_a_provider_that_is_whole_is_taken() -> None:
    given = {
        **PROVIDER,
        "PASSWORD_SIGN_IN": "off",
        "OIDC_NEW_USERS": "recruiter",
        "OIDC_DOMAINS": " @Example.com, b.ch,",
    }
    assert Settings.from_env(given).oidc_domains == "example.com,b.ch"
    assert Settings.from_env({**PROVIDER, "OIDC_ISSUER": "http://127.0.0.1:8080/realm"}).oidc_issuer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIGURES_S", "inf"),
        ("FIGURES_S", "nan"),
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("WEB_WORKERS", "0"),
        ("JOB_HEARTBEAT_S", "0"),
        ("JOB_HEARTBEAT_S", "soon"),
        ("LOG_LEVEL", "loud"),
        ("OPENAI_API", "completions"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(BadInput) as caught:
        Settings.from_env({name: value})
    assert caught.value.message.startswith(f"{name}: ")
    assert "\n" not in caught.value.message


def test_dash_mcp_is_refused() -> None:
    with pytest.raises(BadInput, match="DASH_MCP_ENABLED"):
        Settings.from_env({"DASH_MCP_ENABLED": "True"})


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-a-file\n", encoding="utf-8")
    assert Settings.from_env({"SECRET_KEY_FILE": str(file)}).secret_key == "from-a-file"


def test_a_secret_file_that_is_missing_is_named_by_its_variable(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="SECRET_KEY_FILE cannot be read"):
        Settings.from_env({"SECRET_KEY_FILE": str(tmp_path / "none")})


def test_what_is_no_secret_is_not_read_from_a_file(tmp_path: Path) -> None:
    assert Settings.from_env({"HOST_FILE": str(tmp_path / "none")}).host == "127.0.0.1"


def test_secrets_are_not_shown() -> None:
    secret = {s.name: f"canary-{s.name}" for s in SETTINGS if s.secret}
    assert "canary" not in repr(Settings.from_env(secret))


def test_a_child_process_sees_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "none"))
    settings = replace(Settings.from_env({"SECRET_KEY": "kept"}), port=4711, job_rescue_s=1.5)
    assert Settings.from_env(child_environ(settings)) == settings


def test_what_serves_does_not_know_the_owner_of_the_tables(tmp_path: Path) -> None:
    urls = {"DATABASE_URL": "postgresql://app:one@db/x", "DATABASE_OWNER_URL": "postgresql://owner:canary@db/x"}
    settings = replace(Settings.from_env(urls), home=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        children = supervisor._our_children(settings, None, listener)
    assert {child.name for child in children} == {"web", "worker"}
    for child in children:
        assert not [name for name, value in child.environ.items() if "canary" in value]
        assert replace(Settings.from_env(child.environ), database_owner_url="") == replace(
            settings, database_owner_url=""
        )


def test_the_web_server_gives_memory_back_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.from_env({})
    # Set at all, glibc stops raising it to the largest block that was ever freed.
    assert supervisor.web_environ(settings)["MALLOC_MMAP_THRESHOLD_"] == "131072"
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "65536")
    assert supervisor.web_environ(settings)["MALLOC_MMAP_THRESHOLD_"] == "65536"
