"""Nothing in services/ can return all people (row D1): by types, by what is gathered, and by the SQL itself.

A list of people is a page, a batch or a summary. Whoever needs all of them gets an iterator of batches,
and nobody collects one. The rules read the sources, so a new function or query is under them from its
first day; what breaks a rule for a good reason stands in a table with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sql

ROOT = Path(__file__).parents[2]
# Whole tables in memory, whatever is in them.
TABLES_IN_MEMORY = {"DataFrame", "Series", "ndarray", "Table", "RecordBatch"}
# Types of one person, or of one row about a person.
PEOPLE = {"Person", "Profile", "Candidate", "Row", "Record", "Slot"}
# What a stream may hold that is nobody: it may be gathered.
HARMLESS = {"Finding", "Part", "Metric"}
COLLECTIONS = {"list", "List", "tuple", "Tuple", "set", "Set", "frozenset", "FrozenSet", "dict", "Dict", "Sequence",
               "Collection", "Mapping", "MutableSequence", "Iterable", "deque"}  # fmt: skip
STREAMS = {"Iterator", "Generator", "AsyncIterator", "AsyncGenerator"}
GATHERING = {"list", "tuple", "set", "frozenset", "sorted", "dict", "sum", "deque", "Counter"}
PEOPLE_TABLES = (
    "profiles", "candidates", "positions", "educations", "profile_raw", "archive_people", "notes", "verdicts",
    "overrides", "screening_items", "changes", "archive_people",
)  # fmt: skip

# -- the rules ------------------------------------------------------------------------------------------


def names(node: ast.AST) -> set[str]:
    """All names in an annotation, those inside strings too."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found |= set(re.findall(r"\w+", part.value))
    return found


def plain(found: set[str]) -> set[str]:
    """_Person of one module is Person of another."""
    return {name.lstrip("_") for name in found}


def outer(node: ast.AST) -> str:
    """list of list[Person], Iterator of Iterator[list[Person]]."""
    head = node.value if isinstance(node, ast.Subscript) else node
    return head.attr if isinstance(head, ast.Attribute) else head.id if isinstance(head, ast.Name) else ""


def returns_everything(source: str) -> list[str]:
    """Functions whose type says that they return people without end: "name -> annotation"."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.returns is None:
            continue
        if gets_a_batch(node) and not names(node.returns) & TABLES_IN_MEMORY:
            continue
        for part in _alternatives(node.returns):
            if outer(part) in STREAMS:
                continue
            inside = plain(names(part))
            if inside & TABLES_IN_MEMORY or (inside & PEOPLE and inside & COLLECTIONS):
                found.append(f"{node.name} -> {ast.unparse(node.returns)}")
    return found


def gets_a_batch(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whoever is handed people, or their ids, hands back no more than those."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    found = [plain(names(arg.annotation)) for arg in given if arg.annotation is not None]
    return any(inside & COLLECTIONS and inside & (PEOPLE | {"int"}) for inside in found)


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of A | B."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    else:
        yield node


def streams(*sources: str) -> set[str]:
    """Names of the functions that give people piece by piece: their type says so."""
    return {
        node.name
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.returns is not None and outer(node.returns) in STREAMS
        and not any(ast.unparse(d).endswith("contextmanager") for d in node.decorator_list)
        and not names(node.returns) & HARMLESS and not gets_a_batch(node)
    }  # fmt: skip


def gathered(source: str, known: set[str]) -> list[str]:
    """Calls that collect a stream to its end: list(people()), sorted(x.people()), [*people()] and the like."""
    found = []
    for node in ast.walk(ast.parse(source)):
        iterables: list[ast.expr] = []
        if isinstance(node, ast.Call) and outer(node.func) in GATHERING:
            iterables = [a.value if isinstance(a, ast.Starred) else a for a in node.args]
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            iterables = [part.value for part in node.elts if isinstance(part, ast.Starred)]
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp):
            iterables = [part.iter for part in node.generators]
        for part in iterables:
            if isinstance(part, ast.GeneratorExp):
                continue
            # What db.rows gives is bounded by its query.
            if isinstance(part, ast.Call) and outer(part.func) in known and ast.unparse(part.func) != "db.rows":
                found.append(f"line {node.lineno}: {ast.unparse(node)[:80]}")
    return found


def fetches_past_the_door(source: str) -> list[str]:
    """Rows are fetched by db.rows and db.one only, so that what they say about bounds holds everywhere."""
    return [
        f"line {node.lineno}: {ast.unparse(node)[:80]}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"fetchall", "fetchmany", "read_sql", "read_sql_query", "read_sql_table"}
    ]  # fmt: skip


COMMENT = re.compile(r"--[^\n]*")
# What is filled in later may be people, too.
READS = re.compile(
    rf"\b(?:FROM|JOIN|USING|UPDATE|INTO)\s+(?:ONLY\s+)?(?:(?:{'|'.join(PEOPLE_TABLES)})\b|\{{)", re.IGNORECASE
)
STATEMENT = re.compile(r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|COPY)\b", re.IGNORECASE)
WRITES = re.compile(r"^\s*(?:INSERT|UPDATE|DELETE|MERGE|VACUUM|TRUNCATE|LOCK|COPY)\b", re.IGNORECASE)
# What keeps a result small, each for another reason.
BOUNDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bLIMIT\s+(?:\d+|%\(\w+\)s|\{\w+\})",  # a page
        r"=\s*ANY\s*\(\s*%\(\w+\)s",  # a batch of ids
        r"\b(?:unnest|jsonb?_to_recordset)\s*\(\s*%\(\w+\)s",  # a batch of rows
        r"\bbatch\s*=\s*%\(\w+\)s",  # a batch of a staging table
        r"\bVALUES\s*\(\s*%\(\w+\)s",  # one row that was given
        r"\{given\}",  # a batch of an archive: archive_tables fills in unnest(…)
        r"\b(?:id|candidate_id|profile_id)\s*=\s*%\(\w+\)s",  # one person's
    )
)
AGGREGATES = re.compile(r"\b(?:count|(?:string|array|jsonb|jsonb_object)_agg|sum|max|min|avg|bool_or)\s*\(", re.I)
SUBQUERY = re.compile(r"\(\s*SELECT\b(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", re.IGNORECASE)


def is_bounded(query: str) -> bool:
    """Whether a query cannot give all people at once. Works on the text: parts in braces are filled in later.

    What is no statement is a part of one, and judged there.
    """
    text = COMMENT.sub("", query)
    if not STATEMENT.match(text) or not READS.search(text):
        return True
    if WRITES.match(text) and "RETURNING" not in text.upper():
        return True
    return any(bound.search(text) for bound in BOUNDS) or is_summary(text)


def is_summary(text: str) -> bool:
    """SELECT count(*), sum(…) FROM … without GROUP BY and windows: one row."""
    depth, flat, places = 0, "", []
    for place, sign in enumerate(text):
        depth -= sign == ")"
        if depth == 0:
            flat += sign
            places.append(place)
        depth += sign == "("
    starts = list(re.finditer(r"\bSELECT\b", flat, re.IGNORECASE))
    if not starts or re.search(r"\b(?:GROUP\s+BY|OVER|UNION)\b", flat, re.IGNORECASE):
        return False
    end = re.search(r"\bFROM\b", flat[starts[-1].end() :], re.IGNORECASE)
    if end is None:
        # SELECT (SELECT count(*) …), EXISTS (…): one row.
        return True
    asked = text[places[starts[-1].end()] : places[starts[-1].end() + end.start()]]
    return bool(AGGREGATES.search(SUBQUERY.sub("", asked)))


def unbounded(queries: dict[str, str]) -> list[str]:
    """The names of queries that could give all people."""
    return [name for name, text in queries.items() if not is_bounded(text)]


# -- the product -------------------------------------------------------------------------------------------

SERVICES = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "services").rglob("*.py"))}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def all_queries() -> dict[str, str]:
    """All but what only benchmarks ask."""
    return {
        f"{path.stem}.{name}": text
        for path in sorted((ROOT / "sql").glob("*.sql"))
        if not path.stem.startswith("benchmarks")
        for name, text in vars(sql.queries(path.stem)).items()
    }


# What the rules cannot see, with what bounds it. An entry that nothing needs fails, too.
BOUNDED_FUNCTIONS = {
    "services/imports/import_preview.py: _first_rows -> list[tuple[int, Row]]": "the ten rows that a person looks at",
    "services/demo/synthetic_people.py: people -> list[Person]": "one chunk of made-up people",
}
BOUNDED_QUERIES = {
    "exports.rows_with_verdicts": "stands around the rows of a batch of ids",
    "rules.found_company": "a part of the statement that judges, which counts or writes",
    "rules.found_person": "a part of the statement that judges, which counts or writes",
    "rules.found_contacted": "a part of the statement that judges, which counts or writes",
    "matching.fetch_shared_traits": "a row for each of the ids of a page",
    "facets.count_steps": "as many rows as a histogram has bars",
    "facets.count_likeness": "as many rows as a histogram has bars",
    "facets.count_bars": "as many rows as a histogram has bars",
    "first_steps.count_sample": "one row of numbers",
    "legacy_source.read_search": "of another database, through a cursor into an import, a page at a time",
    "legacy_source.read_job": "of another database, through a cursor into an import, a page at a time",
    "legacy_source.read_rest": "of another database, through a cursor into an import, a page at a time",
}


def test_no_function_returns_people_without_end() -> None:
    found = {f"{shown(path)}: {hit}" for path, text in SERVICES.items() for hit in returns_everything(text)}
    assert found == set(BOUNDED_FUNCTIONS)


def test_nobody_gathers_a_stream() -> None:
    known = streams(*SERVICES.values())
    assert {"rows", "batches", "read"} <= known
    assert [f"{shown(path)} {hit}" for path, text in SERVICES.items() for hit in gathered(text, known)] == []


def test_rows_are_fetched_in_one_place() -> None:
    found = {shown(path) for path, text in SERVICES.items() if fetches_past_the_door(text)}
    assert found == {"services/db.py"}


def test_no_query_gives_all_people() -> None:
    assert set(unbounded(all_queries())) == set(BOUNDED_QUERIES)


# -- and that they bite ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "planted",
    [
        "def all_profiles(rt) -> list[Profile]: ...",
        "def everyone(rt) -> 'list[Person]': ...",
        "def by_id(rt) -> dict[int, Candidate] | None: ...",
        "def columns_of(rt, columns: Sequence[str]) -> list[Person]: ...",
        "async def all_rows(rt) -> Sequence[_Row]: ...",
        "def frame(rt) -> pd.DataFrame: ...",
        "def table(rt) -> pa.Table | None: ...",
        "def frame_of(people: list[Person]) -> pd.DataFrame: ...",
        "class Results:\n    def to_dataframe(self) -> DataFrame: ...",
    ],
)
def test_a_type_that_holds_everyone_is_found(planted: str) -> None:
    assert len(returns_everything(planted)) == 1


@pytest.mark.parametrize(
    "fine",
    [
        "def batches(rt) -> Iterator[list[Profile]]: ...",
        "def read(rt) -> Generator[pd.DataFrame, None, None]: ...",
        "def page(rt) -> Page: ...",
        "def one(rt) -> Person | None: ...",
        "def counts(rt) -> dict[str, int]: ...",
        "def untyped(rt): ...",
        "def without_repeats(people: list[Person]) -> list[Person]: ...",
    ],
)
def test_pages_streams_and_summaries_are_fine(fine: str) -> None:
    assert returns_everything(fine) == []


@pytest.mark.parametrize(
    "planted",
    [
        "def f(rt):\n    return list(iterate_people(rt))",
        "def f(rt):\n    return sorted(rt.iterate_people(), key=id)",
        "def f(rt):\n    return [*iterate_people(rt)]",
        "def f(rt):\n    return [p for batch in iterate_people(rt) for p in batch]",
        "def f(rt):\n    return {p.id: p for p in iterate_people(rt)}",
    ],
)
def test_a_stream_that_is_gathered_is_found(planted: str) -> None:
    known = streams("def iterate_people(rt) -> Iterator[list[Person]]: ...")
    assert known == {"iterate_people"}
    assert len(gathered(planted, known)) == 1


@pytest.mark.parametrize(
    "planted",
    [
        "SELECT * FROM profiles",
        "SELECT p.* FROM profiles p ORDER BY p.id",
        "SELECT id FROM candidates c WHERE c.search_id = %(search_id)s",
        "SELECT c.id FROM candidates c WHERE {where} ORDER BY {order}",
        "SELECT {columns} FROM {people}",
        "WITH everyone AS (SELECT * FROM profiles) SELECT * FROM everyone",
        "SELECT name_key, count(*) FROM candidates GROUP BY name_key",
        "SELECT count(*) OVER (), p.id FROM profiles p",
        "UPDATE candidates SET stage = 'new' RETURNING id",
        "DELETE FROM candidates WHERE search_id = %(search_id)s RETURNING profile_id",
        "SELECT raw FROM profile_raw -- LIMIT 10",
        "SELECT (SELECT count(*) FROM notes), p.id FROM profiles p",
    ],
)
def test_a_query_without_end_is_found(planted: str) -> None:
    assert unbounded({"planted": planted}) == ["planted"]


@pytest.mark.parametrize(
    "fine",
    [
        "SELECT p.* FROM profiles p WHERE p.id = ANY (%(ids)s)",
        "SELECT id FROM candidates ORDER BY id LIMIT %(limit)s",
        "SELECT count(*) FROM candidates c WHERE {where}",
        "SELECT string_agg(int8send(c.id), '' ORDER BY c.id) AS ids FROM candidates c",
        "SELECT * FROM profiles WHERE id = %(profile_id)s",
        "DELETE FROM candidates WHERE search_id = %(search_id)s",
        "SELECT s.title FROM searches s",
    ],
)
def test_a_query_with_an_end_is_fine(fine: str) -> None:
    assert unbounded({"fine": fine}) == []
