"""The shape of the code: who may import whom, where SQL and settings stand, and a rule for every entrance."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"app", "callbacks", "layouts", "services", "sql"}
PACKAGES = ("callbacks", "layouts", "services", "sql")
# Layer → what of ours it may import.
ALLOWED = {
    "layouts": {"layouts"},
    "callbacks": {"callbacks", "layouts", "services"},
    "services": {"services", "sql"},
    "sql": {"sql"},
}
# What every room of services/ uses; all else stands in one of them.
SHARED = {
    "__init__", "cache", "config", "config_checks", "db", "errors", "faults", "logs", "runtime", "setting_parsers",
    "setting_table", "state_limits", "storage", "zones",
}  # fmt: skip
WEB_FRAMEWORKS = {"dash", "flask", "dash_bootstrap_components", "dash_ag_grid"}
HEAVY = {
    "pandas",
    "numpy",
    "openai",
    "onnxruntime",
    "tokenizers",
    "huggingface_hub",
    "pyarrow",
    "plotly.express",
    "python_calamine_plus",
    "openpyxl",
    "gspread",
    "google.auth",
    "rustpy_xlsxwriter",
    "authlib",
    "joserfc",
}
SQL_TEXT = re.compile(
    r"\b(SELECT\s[\s\S]*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+(\w+\s+)?SET\s|DELETE\s+FROM\s|MERGE\s+INTO\s|COPY\s+\w+"
    r"|(CREATE|ALTER|DROP|TRUNCATE)\s+(TABLE|INDEX|ROLE|DATABASE|FUNCTION|EXTENSION|SCHEMA)\b)"
)


def modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("package", PACKAGES)
def test_each_layer_imports_only_what_lies_below_it(package: str) -> None:
    wrong = [
        f"{name(path)} imports {module}"
        for path in modules(package)
        for module in imports(path)
        if (top := module.split(".")[0]) in OURS and top not in ALLOWED[package]
    ]
    assert wrong == []


def test_each_service_stands_in_a_room_that_says_what_belongs_there() -> None:
    assert {path.stem for path in (ROOT / "services").glob("*.py")} == SHARED
    rooms = [path.parent for path in (ROOT / "services").glob("*/__init__.py")]
    assert len(rooms) > 20 and [room.name for room in rooms if not ast.get_docstring(tree(room / "__init__.py"))] == []


def test_services_know_nothing_of_the_web() -> None:
    wrong = [
        f"{name(path)} imports {module}"
        for path in modules("services", "sql")
        for module in imports(path)
        if module.split(".")[0] in WEB_FRAMEWORKS
    ]
    assert wrong == []


def test_only_the_settings_module_reads_the_environment() -> None:
    wrong = []
    for path in [*modules(*PACKAGES), ROOT / "app.py", ROOT / "gunicorn.conf.py"]:
        if name(path) == "services/config.py":
            continue
        for node in ast.walk(tree(path)):
            named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
            if named and node.attr in {"environ", "environb", "getenv", "putenv"}:
                wrong.append(f"{name(path)}:{node.lineno}")
    assert wrong == []


def test_sql_stands_in_sql_files_only() -> None:
    wrong = []
    for path in [*modules(*PACKAGES), ROOT / "app.py"]:
        docs = {ast.get_docstring(n, clean=False) for n in ast.walk(tree(path))
                if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)}  # fmt: skip
        wrong += [
            f"{name(path)}:{node.lineno} {node.value[:60]!r}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value not in docs
            and SQL_TEXT.search(node.value)
        ]
    assert wrong == []


def test_callbacks_are_registered_through_the_registry_only() -> None:
    """A module-level @callback would exist once a process, and for no rule."""
    wrong = []
    for path in [*modules("callbacks", "layouts"), ROOT / "app.py"]:
        if name(path) == "callbacks/registry.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "dash":
                wrong += [name(path) for a in node.names if a.name in {"callback", "clientside_callback"}]
            if isinstance(node, ast.Attribute) and node.attr in {"callback", "clientside_callback"}:
                owner = ast.unparse(node.value)
                if owner in {"dash", "app"} or owner.endswith(".app"):
                    wrong.append(f"{name(path)}:{node.lineno}")
            if isinstance(node, ast.Attribute) and node.attr in {"add_url_rule", "route", "get", "post"}:
                if ast.unparse(node.value).endswith("server"):
                    wrong.append(f"{name(path)}:{node.lineno}")
    assert wrong == []


@pytest.mark.parametrize("place", ["layouts/text", "layouts/ids", "docs/settings.md"])
def test_no_name_is_given_twice(place: str) -> None:
    """The second one would take the place of the first, silently, on another page."""
    paths = sorted((ROOT / place).glob("*.py")) or [ROOT / place]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    names = re.findall(
        r"^\| `([A-Z0-9_]+)` \|" if place.endswith(".md") else r"^(?:def )?(\w+)(?:: [^=]+)?(?: = |\()", text, re.M
    )
    assert names and sorted(names) == sorted(set(names))


def test_nothing_is_registered_or_connected_by_an_import() -> None:
    """Top level: definitions, constants and imports; no calls that stand alone."""
    wrong = [
        f"{name(path)}:{node.lineno}"
        for path in [*modules("callbacks", "layouts", "sql"), ROOT / "app.py"]
        for node in tree(path).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    assert wrong == []


def test_the_web_application_loads_nothing_heavy() -> None:
    """In a process of its own, since other tests load pandas."""
    script = (
        "import sys; from app import create_app; from services.config import Settings\n"
        "server = create_app(Settings.from_env({'SECRET_KEY': 'k' * 40})).server\n"
        "assert server.test_client().get('/login').status_code == 200\n"
        f"print(*sorted(set(sys.modules) & {HEAVY!r}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_every_entrance_has_a_rule() -> None:
    from app import create_app
    from callbacks.session import DASH_ROUTES
    from services.config import Settings

    app = create_app(Settings.from_env({"SECRET_KEY": "k" * 40}))
    registry = app.server.config["SOURCINGX_REGISTRY"]
    assert set(app.callback_map) == set(registry.callbacks) | registry.clientsides
    assert registry.callbacks
    # Callbacks have rules of their own; hot reload is refused.
    refused = {"/_dash-update-component", "/_reload-hash"}
    endpoints = {rule.endpoint for rule in app.server.url_map.iter_rules()}
    assert endpoints == set(registry.routes) | set(DASH_ROUTES) | refused
