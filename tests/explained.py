"""The plans of the queries that a service really runs, taken as it runs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composable

import sql
from services.db import Database

_SELECT = re.compile(r"(?:--.*\n)*(?:SELECT|WITH) ")


@dataclass(frozen=True)
class Plan:
    """The plan of one query. name: what the query is called in sql/*.sql."""

    name: str
    text: str
    root: dict[str, Any]

    def nodes(self, kind: str = "") -> list[dict[str, Any]]:
        """All nodes, from the root down; with kind those whose type ends in it."""
        found, todo = [], [self.root]
        while todo:
            node = todo.pop()
            found.append(node)
            todo += node.get("Plans", [])
        return [node for node in found if node["Node Type"].endswith(kind)]

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes() if "Index Name" in node}

    @property
    def kinds(self) -> set[str]:
        return {node["Node Type"] for node in self.nodes()}

    def __repr__(self) -> str:
        lines = [f"{n['Node Type']} {n.get('Index Name', '')} {n.get('Relation Name', '')}" for n in self.nodes()]
        return "\n".join([self.name, self.text, *lines])


class Explained:
    """In place of a Runtime's database: runs what it is given, and keeps each query's plan.

    first: a statement that every snapshot begins with.
    """

    def __init__(self, database: Database, file: str, first: str = "") -> None:
        self._database, self._first = database, first
        # A query keeps its comment, which is the first line of it.
        self._names = {text.split("\n", 1)[0]: name for name, text in vars(sql.queries(file)).items()}
        self.plans: list[Plan] = []

    def of(self, name: str) -> list[Plan]:
        found = [plan for plan in self.plans if plan.name == name]
        assert found, f"{name} did not run; {[plan.name for plan in self.plans]} did"
        return found

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def connection(self) -> Iterator[Any]:
        with self._database.connection() as conn:
            yield _Connection(conn, self)

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with self._database.reading() as conn:
            yield _Connection(conn, self)

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        with self._database.snapshot() as conn:
            if self._first:
                conn.execute(self._first)
            yield _Connection(conn, self)

    def explain(self, conn: psycopg.Connection[Any], query: Any, params: Any) -> None:
        composed = query if isinstance(query, Composable) else SQL(query)
        text = composed.as_string()
        name = self._names.get(text.split("\n", 1)[0], "")
        if _SELECT.match(text):
            with conn.cursor(row_factory=dict_row) as cursor:
                row = cursor.execute(SQL("EXPLAIN (FORMAT JSON) {}").format(composed), params).fetchone()
            assert row is not None
            self.plans.append(Plan(name, text, row["QUERY PLAN"][0]["Plan"]))


class _Connection:
    def __init__(self, conn: psycopg.Connection[Any], kept: Explained) -> None:
        self._conn, self._kept = conn, kept

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        self._kept.explain(self._conn, query, params)
        return self._conn.execute(query, params, **options)
