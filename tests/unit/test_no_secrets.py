"""No key, password or certificate stands in the repository. `make lint` runs this over every file that git knows."""

from __future__ import annotations

import math
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Shapes that vendors give their keys, and keys as files. What is matched is the secret itself.
SHAPES = {
    "private key": re.compile(r"-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----"),
    "OpenAI key": re.compile(r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}"),
    "AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}"),
    "assigned secret": re.compile(
        r"(?i)(?:api_?key|secret(?:_key)?|password|token)['\"]?\s*[:=]\s*['\"]([A-Za-z0-9+/_=-]{20,})['\"]"
    ),
}
COULD_BE_WORDS = {"OpenAI key", "assigned secret"}
# Bits a character: words and made-up values of tests are below, random ones above.
RANDOM = 4.2
# (file, found) with the reason why it is none.
EXCEPTIONS = {
    ("tests/conftest.py", "a-fixed-key-for-tests-0123456789abcdef"): "signs nothing but the tests' own sessions",
    ("tests/integration/test_metrics.py", "metrics-token-0123456789abcdef"): "opens nothing but the test's own server",
}


def found_in(text: str) -> list[tuple[str, str]]:
    """(kind, what) of everything in a text that looks like a secret."""
    found = []
    for kind, shape in SHAPES.items():
        for match in shape.finditer(text):
            value = match[match.lastindex or 0]
            if kind not in COULD_BE_WORDS or entropy(value) >= RANDOM:
                found.append((kind, value))
    return found


def entropy(value: str) -> float:
    """Shannon's, in bits a character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def test_no_file_of_the_repository_holds_a_secret() -> None:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True)
    assert listed.returncode == 0, listed.stderr
    wrong = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            text = path.read_bytes().decode("utf-8", "replace")
            wrong += [f"{name}: {kind}" for kind, value in found_in(text) if (name, value) not in EXCEPTIONS]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "key = 'sk-" + "proj-Zx8Qw3Lr7Tn2Vb6Mk1Pf9Hd4Sg5Jc0Ya" + "'",
        "AKIA" + "Z7QXW3LRTN2VB6MK",
        'SECRET_KEY = "' + "q8Zx3Lw7Rt2Nv6Bk1Mf9Pd4Hg5Sj0CyA" + '"',
    ],
)
def test_what_looks_like_one_is_found(text: str) -> None:
    assert found_in(text)


@pytest.mark.parametrize(
    "text", ["SECRET_KEY=", 'password = "not-the-password-of-anyone"', "api_key: ${OPENAI_API_KEY}", "sk-short"]
)
def test_what_is_none_is_let_be(text: str) -> None:
    assert found_in(text) == []


# Where random numbers are used that can be guessed, and for what.
GUESSABLE = {
    "services/screening/screening_batch_patience.py": "how long a question waits before it is asked again",
    "services/screening/screening_calls.py": "how long a call waits before it is tried again",
    "services/demo/synthetic_people.py": "made-up people, the same for a seed",
    "services/demo/synthetic_vocabulary.py": "made-up people, the same for a seed",
}


def test_random_numbers_that_can_be_guessed_decide_nothing_secret() -> None:
    """Tokens and keys come from the module secrets."""
    imported = re.compile(r"^\s*(?:import random\b|from random import (?!SystemRandom$))", re.MULTILINE)
    files = [path for folder in ("callbacks", "layouts", "services", "sql") for path in (ROOT / folder).rglob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in [*files, ROOT / "app.py", ROOT / "gunicorn.conf.py"]
             if imported.search(path.read_text(encoding="utf-8"))}  # fmt: skip
    assert found <= set(GUESSABLE)


def test_what_bandit_is_told_to_let_through_has_its_reason() -> None:
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.bandit]")[2].splitlines()
    skips = [number for number, line in enumerate(config) if re.match(r'\s+"B\d+"', line)]
    assert skips and all(config[number - 1].lstrip().startswith("# ") for number in skips)
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line for name in listed.stdout.split() if (ROOT / name).is_file() and not name.startswith("tests/")
             for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if "# nosec" in line]  # fmt: skip
    assert [line for line in lines if not re.search(r"# nosec B\d{3} # \w.{10,}$", line)] == []
    assert lines
