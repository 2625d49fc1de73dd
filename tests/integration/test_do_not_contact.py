"""Who is on a do-not-contact list: told at the import, in the drawer, left out of exports, asked no vendor about."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.access.identity import Actor
from services.exports import exports
from services.filtering import list_rows, lists
from services.grid.grid_view import View
from services.people import person
from services.privacy import contact_rules, retention
from services.runs import jobs
from services.runtime import Runtime
from services.searches import searches
from services.storage import Storage
from tests.archives import work
from tests.integration.test_erasure import HEADER, load, member
from tests.two_people import rows

PEOPLE = (
    "Ada Example,https://www.linkedin.com/in/ada-example,ada@example.com,,Engineer,Acme,,",
    "Bo Newman,https://www.linkedin.com/in/bo-newman,bo@example.com,,Engineer,Acme,,",
    "Cy Plain,,cy@example.com,,Engineer,Initech GmbH,,",
    "Di Free,https://www.linkedin.com/in/di-free,di@example.com,,Engineer,Acme,,",
)
# By address, by e-mail, by name and company.
LISTED = "https://linkedin.com/in/Ada-Example/\nBO@example.com\nCy Plain, Initech\n"


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Backend engineers, Lisbon").id)


def fill(rt: Runtime, actor: Actor, content: str = LISTED, *, shared: bool = True) -> int:
    made = lists.create(rt, actor, "do_not_contact", "Never again", shared=shared)
    lists.add(rt, actor, made, list_rows.from_text(content, "people"))
    return made


def exported(rt: Runtime, actor: Actor, search: str, variant: str = "processed") -> tuple[str, str]:
    """The file, and what the run says of it."""
    params = exports.read_params(View.of(UUID(search), status="all"), None, {"all": True}, "csv", None, variant)
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, actor, "export", search, params)
    done = work(rt, run_id)
    assert done["state"] == "done", done["message"]
    with Storage.of(rt.settings).open_read(exports.export_of_run(rt, run_id)["storage_key"]) as file:
        return file.read().decode("utf-8-sig"), done["message"]


def test_an_import_says_how_many_are_not_to_be_contacted(rt: Runtime, alice: Actor, bob: Actor, search: str) -> None:
    fill(rt, bob, shared=False)
    content = "\n".join((HEADER, *PEOPLE))
    assert load(rt, alice, search, content)["do_not_contact"] == 3, "a colleague's own list counts, too"
    assert load(rt, alice, search, content)["do_not_contact"] == 3, "of rows that say nothing new as well"


def test_an_import_without_such_a_list_says_nothing(rt: Runtime, alice: Actor, search: str) -> None:
    assert "do_not_contact" not in load(rt, alice, search, "\n".join((HEADER, *PEOPLE)))


def test_the_drawer_marks_them(rt: Runtime, alice: Actor, search: str) -> None:
    load(rt, alice, search, "\n".join((HEADER, *PEOPLE)))
    made = fill(rt, alice)

    def marked() -> list[bool]:
        return [person.person(rt, alice, UUID(search), member(rt, search, name)).do_not_contact
                for name in ("Ada Example", "Cy Plain", "Di Free")]  # fmt: skip

    assert marked() == [True, True, False]
    lists.archive(rt, alice, made)
    assert marked() == [False, False, False], "a list that is put away holds no more"


def test_no_vendor_is_asked_about_them(rt: Runtime, alice: Actor, search: str) -> None:
    load(rt, alice, search, "\n".join((HEADER, *PEOPLE)))
    people = [row["id"] for row in rows(rt, "SELECT id FROM profiles ORDER BY full_name DESC")]
    with rt.db.connection() as conn:
        assert contact_rules.may_be_enriched(conn, people) == people
    fill(rt, alice)
    with rt.db.connection() as conn:
        assert contact_rules.may_be_enriched(conn, people) == people[:1]
        assert contact_rules.may_be_enriched(conn, []) == []


def test_an_export_leaves_them_out_and_says_how_many(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    load(rt, alice, search, "\n".join((HEADER, *PEOPLE)))
    everyone, said = exported(rt, alice, search)
    assert "Ada Example" in everyone and "do-not-contact" not in said
    fill(rt, alice)
    for variant in ("processed", "detailed", "combined"):
        file, said = exported(rt, alice, search, variant)
        assert "Di Free" in file and not any(name in file for name in ("Ada Example", "Bo Newman", "Cy Plain"))
        assert "3 people on a do-not-contact list left out" in said and "had left the search" not in said
    # Where an admin wants them there they are.
    retention.set_all(rt, admin, purge=False, decision_months=36, export_listed=True)
    file, said = exported(rt, alice, search)
    assert "Ada Example" in file and "do-not-contact" not in said
