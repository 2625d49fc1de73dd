"""Names of companies and people: what counts as the same."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from benchmarks import filter_reference as reference
from services.servers.servers import ServerUrls

COMPANIES = {
    "google": [
        "Google",
        "GOOGLE LLC",
        "Google, Inc.",
        "Google Inc",
        "google (Alphabet)",
        "Google GmbH",
        "Google Pte. Ltd.",
    ],
    "walt disney": ["The Walt Disney Company", "Walt Disney Co.", "walt  disney"],
    "at and t": ["AT&T", "AT & T Inc.", "AT and T"],
    "tiffany": ["Tiffany & Co.", "Tiffany and Company"],
    "muller and sohne": ["Müller & Söhne GmbH & Co. KG", "MÜLLER UND SÖHNE", "Muller et Sohne SARL"],
    "societe generale": ["Société Générale", "Societe Generale S.A.", "SOCIETE GENERALE SA"],
    "loreal": ["L'Oréal", "L’Oréal S.A.", "LOREAL"],
    "nestle": ["Nestlé S.A.", "Nestle SA", "Nestlé S. A."],
    "ibm": ["IBM", "I.B.M.", "I B M Corp."],
    "booking": ["Booking.com", "Booking.com B.V.", "Booking BV"],
    "orsted": ["Ørsted A/S", "Orsted", "ØRSTED AS"],
    "telekom": ["Telekom AG", "Telekom a. g."],
    "allegro": ["Allegro Sp. z o.o.", "Allegro sp z o o", "ALLEGRO"],
    "skoda auto": ["Škoda Auto a.s.", "Skoda Auto AS"],
    "avast software": ["Avast Software s.r.o.", "Avast Software S. R. O."],
    "eni": ["Eni S.p.A.", "ENI SPA", "Eni s p a"],
    "inditex": ["Inditex, S.A.", "INDITEX S.L."],
    "natura": ["Natura Ltda.", "Natura LTDA"],
    "philips": ["Philips N.V.", "philips nv"],
    "volvo": ["Volvo AB", "VOLVO"],
    "nokia": ["Nokia Oyj", "Nokia"],
    "wipro": ["Wipro Ltd.", "Wipro Pvt. Ltd.", "Wipro Private Limited"],
    "bhp group": ["BHP Group Limited", "BHP Group Pty Ltd"],
    "яндекс": ["ООО Яндекс", "Яндекс ООО", "«Яндекс»"],
    "トヨタ": ["株式会社トヨタ", "トヨタ株式会社"],
    "华为技术": ["华为技术有限公司", "华为技术"],
    "check point": ['Check Point בע"מ', "Check Point Ltd"],
    "3m": ["3M", "3M Company"],
    "limited": ["Limited", "LIMITED"],
    "sa": ["S.A.", "SA"],
    "the": ["The"],
    "san diego zoo": ["San Diego Zoo"],
    "": ["", "  ", "-", "()"],
}
PEOPLE = {
    "jane doe": [
        "Jane Doe",
        "DOE, Jane",
        "Dr. Jane A. Doe, PhD",
        "jane  doe (she/her)",
        "Jane Doe MBA, PMP",
        "Ms. Jane Doe",
    ],
    "jose garcia": ["José García", "JOSE GARCIA", "García, José"],
    "pat oneil": ["Pat O'Neil", "Pat O’Neil", "PAT ONEIL"],
    "hans peter muller": ["Prof. Dr. Hans-Peter Müller", "Hans Peter Muller"],
    "john smith": ["John Smith Jr.", "John Q. Smith III", "John Smith"],
    "jack ma": ["Jack Ma"],
    "ng": ["Ng"],
    "田中 太郎": ["田中 太郎"],
    "": ["", " . "],
}


@pytest.mark.parametrize(("expected", "names"), COMPANIES.items())
def test_companies_of_one_name(database: ServerUrls, expected: str, names: list[str]) -> None:
    with psycopg.connect(database.database_url) as conn:
        assert {name: sx(conn, "sx_company", name) for name in names} == dict.fromkeys(names, expected)
    assert {name: reference.company(name) for name in names} == dict.fromkeys(names, expected)


@pytest.mark.parametrize(("expected", "names"), PEOPLE.items())
def test_people_of_one_name(database: ServerUrls, expected: str, names: list[str]) -> None:
    with psycopg.connect(database.database_url) as conn:
        assert {name: sx(conn, "sx_person", name) for name in names} == dict.fromkeys(names, expected)
    assert {name: reference.person(name) for name in names} == dict.fromkeys(names, expected)


def test_different_companies_stay_different(database: ServerUrls) -> None:
    names = ["Apple", "Apple Bank", "Sony", "Sony Music", "Meta", "Metal", "ABB", "AB", "Co-op", "Ford", "Fordham"]
    with psycopg.connect(database.database_url) as conn:
        assert len({sx(conn, "sx_company", name) for name in names}) == len(names)


def sx(conn: psycopg.Connection[Any], function: str, name: str) -> str:
    query = {"sx_company": "SELECT sx_company(%s)", "sx_person": "SELECT sx_person(%s)"}[function]
    row = conn.execute(query, (name,)).fetchone()
    assert row is not None
    return str(row[0])
