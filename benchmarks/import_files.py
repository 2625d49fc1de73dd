"""Files for the import goals: synthetic people as a vendor's CSV, in constant memory, and runs of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from benchmarks.stage import Stage
from services.demo import synthetic_people
from services.imports import import_mapping, imports, uploads
from services.runs import runs
from services.runs.job_runner import Runner
from services.searches import searches
from services.storage import Storage

HEADER = (
    "fullName,firstName,lastName,linkedinHeadline,linkedinJobTitle,companyName,location,country,companyIndustry,"
    "linkedinDescription,professionalEmail,phone,profileUrl,linkedinSkillsLabel,years of experience,"
    "linkedinJobDateRange,linkedinPreviousJobTitle,previousCompanyName,linkedinPreviousJobDateRange,"
    "linkedinSchoolName,linkedinSchoolDegree"
).split(",")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def csv_chunks(count: int, seed: int) -> Iterator[bytes]:
    """A file of so many people; the same seed gives the same file."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(HEADER)
    for chunk in range(-(-count // synthetic_people.CHUNK)):
        size = min(synthetic_people.CHUNK, count - chunk * synthetic_people.CHUNK)
        made = synthetic_people.people(seed, chunk, size)
        for person, jobs in zip(made, synthetic_people.histories(seed, chunk, made), strict=True):
            writer.writerow(_cells(person, jobs))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def upload(stage: Stage, count: int, seed: int) -> str:
    """An upload as the browser leaves it; returns its id."""
    key = Storage.new_key()
    size = Storage.of(stage.settings).save_stream(key, csv_chunks(count, seed), 100 * 10**9)
    return uploads.record_upload(stage.rt, stage.actor, f"{count} people.csv", size, key)


def new_search(stage: Stage, title: str) -> str:
    return str(searches.create_search(stage.rt, stage.actor, title).id)


def import_here(stage: Stage, search_id: str, upload_id: str) -> dict[str, Any]:
    """Import in this process as a job worker does; returns the finished run with `seconds`."""
    params = imports.read_params(stage.rt, stage.actor, upload_id, import_mapping.suggest(HEADER))
    run_id = Runner(stage.rt, "benchmark").execute_inline(stage.actor, "import", search_id, params)
    return finished(stage, run_id)


def finished(stage: Stage, run_id: int) -> dict[str, Any]:
    """A run that is done, and the seconds from its claim to its end."""
    run = runs.get_run(stage.rt, stage.actor, run_id)
    if run["state"] != "done":
        raise RuntimeError(f"the import is {run['state']}: {run['message']}")
    return run | {"seconds": (run["finished_at"] - run["started_at"]).total_seconds()}


def _cells(person: synthetic_people.Person, jobs: list[synthetic_people.Position]) -> list[Any]:
    now, before = (jobs[0] if jobs else None), (jobs[1] if len(jobs) > 1 else None)
    school = f"{person.country or 'Open'} University" if person.years_experience else ""
    return [
        *person[:12],
        f"https://www.linkedin.com/in/{person.slug}" if person.slug else "",
        ", ".join(person.skills),
        "" if person.years_experience is None else person.years_experience,
        _range(now.started_months_ago, now.ended_months_ago) if now else "",
        before.title if before else "",
        before.company if before else "",
        _range(before.started_months_ago, before.ended_months_ago) if before else "",
        school,
        "BSc" if school else "",
    ]


def _range(started: int, ended: int | None) -> str:
    """Counted back from June 2026, as the synthetic people are."""

    def month(ago: int) -> str:
        year, number = divmod(2026 * 12 + 5 - ago, 12)
        return f"{_MONTHS[number]} {year}"

    return f"{month(started)} - {'Present' if ended is None else month(ended)}"
