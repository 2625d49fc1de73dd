"""python -m benchmarks [--quick] [GOAL …]: measure the goals whose names begin so, or all."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Figure, machine
from benchmarks.stage import Stage

# Module → the goals it measures, in the order they run.
MODULES = {
    "file_reading": ("P5-upload", "P5-xlsx-read", "P5-reader-memory"),
    "paging": ("P1",),
    "criteria_filters": ("P1-criteria",),
    "search_text": ("P3",),
    "relevance": (
        "P4-relevance-text",
        "P4-relevance-vectors",
        "P4-relevance-hybrid",
        "P4-relevance-typed",
        "P4-relevance-partly-text",
        "P4-relevance-partly-vectors",
        "P4-relevance-partly-hybrid",
        "P4-relevance-partly-typed",
    ),
    "matching": ("P4-nearest", "P4-recall", "P4-ratio-10K", "P4-ratio-100K", "P4-filtered"),
    "matching_memory": ("P4-memory-worker", "P4-memory-web"),
    "files": ("P5-import", "P5-reimport"),
    "import_memory": ("P5-memory", "P2d"),
    "normalising": ("P5-normalise",),
    "exports": ("P5-export", "P5-xlsx-write"),
    "import_kill": ("R-import-kill",),
    "outages": ("R2",),
    "backups": ("R7",),
    "filtering": ("F1",),
    "load": ("P6",),
    "memory": ("P2a", "P2b"),
    "start": ("P9", "P2c"),
    "peer_memory": ("P2-streamlit",),
    "soak": ("P6-soak",),
    "screening": ("P7-accepted", "P7-429", "P7-makespan", "P7-estimate"),
    "screening_memory": ("P7-memory",),
    "screening_kill": ("R1",),
    "limits": ("R5",),
    "launching": ("R6",),
}
# Too long for a quick run, unless it is asked for by name.
LONG = {"peer_memory", "soak"}
RESULTS = Path(__file__).with_name("results") / "latest.json"


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    wanted = [name for name in arguments if not name.startswith("--")]
    modules = chosen(wanted, quick=quick)
    if not modules:
        print(f"No goal begins with {' or '.join(wanted)}.", file=sys.stderr)
        return 2
    about = machine()
    figures: list[Figure] = []
    try:
        with Stage(quick=quick) as stage:
            about |= stage.about()
            for module in modules:
                for figure in import_module(f"benchmarks.{module}").figures(stage):
                    if not wanted or any(figure.name.startswith(name) for name in wanted):
                        print(figure.line(), flush=True)
                        figures.append(figure)
    finally:
        # What was measured before one of them broke took minutes, too.
        if not quick and figures:
            _save(about, figures)
    unexplained = [figure.name for figure in figures if figure.is_unexplained]
    if unexplained and not quick:
        print(f"Missed, and no cause is named: {', '.join(unexplained)}. Find it and write it beside the goal.")
        return 1
    return 0


def chosen(wanted: list[str], *, quick: bool) -> list[str]:
    """Modules of the goals whose names begin so, or all. A name that goes on behind a goal ("P1a") means that goal."""
    named = {goal for name in wanted for goal in _named(name)}
    found = [module for module, goals in MODULES.items() if not wanted or named & set(goals)]
    long = {module for module in LONG if not set(wanted) & set(MODULES[module])}
    return [module for module in found if not quick or module not in long]


def _named(name: str) -> list[str]:
    every = [goal for goals in MODULES.values() for goal in goals]
    begin = [goal for goal in every if goal.startswith(name)]
    return begin or sorted((goal for goal in every if name.startswith(goal)), key=len)[-1:]


def _save(about: dict[str, object], figures: list[Figure]) -> None:
    """Keep the figures of goals that were not measured now: a part run must not erase the rest."""
    kept = json.loads(RESULTS.read_text())["figures"] if RESULTS.exists() else []
    new = {figure.name for figure in figures}
    merged = [old for old in kept if old["name"] not in new] + [figure.as_json() for figure in figures]
    merged.sort(key=lambda figure: figure["name"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": about, "figures": merged}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
