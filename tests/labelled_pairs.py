"""Pairs of made-up profiles of which is known whether they are one person; the same for a seed.

Each is of a kind that recruiters' files bring along: the same person in two spellings, after a change of
employer, from two vendors; or two people who only look alike. Nobody here exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from services.people.identity_keys import Facts

FIRST = (
    ("Robert", "Bob"),
    ("William", "Bill"),
    ("Katherine", "Kate"),
    ("Elizabeth", "Liz"),
    ("Michael", "Mike"),
    ("Alexander", "Alex"),
    ("Jennifer", "Jen"),
    ("Thomas", "Tom"),
    ("Nicholas", "Nick"),
    ("Daniel", "Dan"),
    ("Christopher", "Chris"),
    ("Matthew", "Matt"),
    ("Stephen", "Steve"),
    ("Victoria", "Vicky"),
    ("Samuel", "Sam"),
    ("Andrew", "Andy"),
    ("Benjamin", "Ben"),
    ("Gregory", "Greg"),
    ("Susan", "Sue"),
    ("Timothy", "Tim"),
)
PLAIN = (
    "Ines",
    "Joana",
    "Nadia",
    "Henning",
    "Oskar",
    "Aino",
    "Marek",
    "Leila",
    "Tariq",
    "Ingrid",
    "Bjarne",
    "Noemi",
    "Rasmus",
    "Sanna",
    "Priya",
    "Kenji",
    "Amara",
    "Luca",
    "Elif",
    "Dariusz",
)
LAST = (
    "Okafor",
    "Lindqvist",
    "Barreto",
    "Novotny",
    "Haugen",
    "Petrossian",
    "Achterberg",
    "Kowalczyk",
    "Delacroix",
    "Marchetti",
    "Oyelaran",
    "Svensson",
    "Tanaka",
    "Birkeland",
    "Castellanos",
    "Dragomir",
    "Eichhorn",
    "Fontaine",
    "Grabowski",
    "Halvorsen",
    "Iglesias",
    "Jankowski",
    "Kaplan",
    "Lehtinen",
    "Montero",
    "Nakamura",
    "Obermeier",
    "Pereira",
    "Quispe",
    "Rosenthal",
)
ACCENTED = (
    ("Zoë", "Müller"),
    ("José", "Núñez"),
    ("Łukasz", "Wiśniewski"),
    ("Søren", "Ødegård"),
    ("Françoise", "Lefèvre"),
    ("Jiří", "Dvořák"),
    ("Jürgen", "Schröder"),
    ("Chloé", "Béranger"),
    ("Gökçe", "Y\u0131ld\u0131z"),
    ("Ana", "Simões"),
)
# Latin as one authority writes it, as another does, and the original.
SCRIPTS = (
    ("Юлия", "Соколова", "Yulia Sokolova", "Iuliia Sokolova"),
    ("Дмитрий", "Зайцев", "Dmitry Zaitsev", "Dmitrii Zaytsev"),
    ("Сергей", "Жуков", "Sergey Zhukov", "Sergei Schukow"),
    ("Ольга", "Чернова", "Olga Chernova", "Olga Tchernova"),
    ("Андрей", "Шевченко", "Andrey Shevchenko", "Andrii Schewtschenko"),
    ("Νίκος", "Παπάς", "Nikos Papas", "Nikos Pappas"),
)
COMPANIES = (
    "Northwind",
    "Bluefin Analytics",
    "Cobalt Systems",
    "Meridian Health",
    "Granite Labs",
    "Harbour Robotics",
    "Juniper Payments",
    "Kestrel Energy",
    "Lumen Foundry",
    "Orchard Cloud",
    "Pinnacle Freight",
    "Quarry Games",
)
RENAMED = (
    ("Facebook", "Meta"),
    ("Twitter", "X"),
    ("PricewaterhouseCoopers", "PwC"),
    ("International Business Machines", "IBM"),
    ("Ernst & Young", "EY"),
    ("Hewlett-Packard", "HP Inc."),
)
FORMS = ("{} GmbH", "{}, Inc.", "{} Ltd.", "{} AG", "{} Group", "{} S.A.", "{} Holding B.V.")
TITLES = (
    ("Senior Software Engineer", "Sr. Software Engineer"),
    ("Vice President Sales", "VP Sales"),
    ("Machine Learning Engineer", "ML Engineer"),
    ("Backend Developer", "Back End Dev"),
    ("Human Resources Manager", "HR Manager"),
    ("Chief Technology Officer", "CTO"),
    ("Product Manager", "Product Manager, Payments"),
    ("Data Scientist", "Senior Data Scientist"),
    ("Quality Assurance Engineer", "QA Engineer"),
    ("Account Executive", "Enterprise Account Executive"),
)
CITIES = (
    ("Zurich", "Zürich, Switzerland"),
    ("Lisbon", "Lisbon, Portugal"),
    ("Berlin", "Berlin, Germany"),
    ("Warsaw", "Warsaw, Mazowieckie, Poland"),
    ("Toronto", "Toronto, Canada"),
    ("Austin", "Austin, Texas"),
    ("Oslo", "Oslo, Norway"),
    ("Pune", "Pune, India"),
)
SKILLS = (
    "Python",
    "SQL",
    "Go",
    "Kubernetes",
    "Negotiation",
    "Salesforce",
    "Rust",
    "Statistics",
    "Design",
    "Payroll",
    "Java",
    "React",
    "Terraform",
    "Excel",
    "Figma",
    "Kafka",
)


@dataclass(frozen=True)
class Pair:
    """kind: what makes them alike or different; same: whether they are one person."""

    kind: str
    same: bool
    a: Facts
    b: Facts


class _Maker:
    """Draws people. Every other draw leaves something out, as files do."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self._next = 0

    def person(self, name: str = "") -> Facts:
        draw, self._next = self.draw, self._next + 1
        if not name:
            first = draw.choice(PLAIN) if draw.random() < 0.5 else draw.choice(FIRST)[0]
            name = f"{first} {draw.choice(LAST)}"
        return Facts(
            self._next,
            name,
            title=draw.choice(TITLES)[0],
            company=draw.choice(COMPANIES),
            location=draw.choice(CITIES)[0],
            skills=tuple(draw.sample(SKILLS, draw.choice((0, 4, 5)))),
        )

    def again(self, person: Facts, **changes: object) -> Facts:
        """The same profile from another source: another title, town, employer's form; some of it missing."""
        draw, self._next = self.draw, self._next + 1
        titles = next((two for two in TITLES if person.title in two), (person.title, person.title))
        towns = next((two for two in CITIES if person.location in two), (person.location, person.location))
        other = replace(
            person,
            profile_id=self._next,
            title=draw.choice(titles),
            location=draw.choice((*towns, "")),
            company=draw.choice((person.company, draw.choice(FORMS).format(person.company))),
            skills=draw.choice((person.skills, person.skills[:4], ())),
        )
        return replace(other, **changes)  # type: ignore[arg-type]

    def slug(self, person: Facts) -> tuple[str, ...]:
        return (f"linkedin.com/in/{person.full_name.split()[-1].lower()}-{self.draw.randrange(10**6)}",)


def labelled(each: int, seed: int) -> list[Pair]:
    """`each` pairs of every kind."""
    make = _Maker(seed)
    found = []
    for kind, (same, of_kind) in _KINDS.items():
        for _ in range(each):
            a, b = of_kind(make)
            found.append(Pair(kind, same, a, b) if make.draw.random() < 0.5 else Pair(kind, same, b, a))
    return found


# -- one person ------------------------------------------------------------------------------------


def _plain(make: _Maker) -> tuple[Facts, Facts]:
    a = make.person()
    return a, make.again(a)


def _nickname(make: _Maker) -> tuple[Facts, Facts]:
    (long, short), last = make.draw.choice(FIRST), make.draw.choice(LAST)
    a = make.person(f"{long} {last}")
    return a, make.again(a, full_name=f"{short} {last}")


def _accents(make: _Maker) -> tuple[Facts, Facts]:
    first, last = make.draw.choice(ACCENTED)
    a = make.person(f"{first} {last}")
    plain = {"ü": "ue", "ö": "oe", "ø": "o", "ł": "l", "\u0131": "i"}
    written = "".join(plain.get(c, c) for c in f"{first} {last}".replace("Ø", "O").replace("Ł", "L"))
    import unicodedata

    bare = "".join(c for c in unicodedata.normalize("NFKD", written) if not unicodedata.combining(c))
    return a, make.again(a, full_name=make.draw.choice((bare, bare.upper())))


def _script(make: _Maker) -> tuple[Facts, Facts]:
    first, last, one, other = make.draw.choice(SCRIPTS)
    names = [f"{first} {last}", one, other]
    make.draw.shuffle(names)
    a = make.person(names[0])
    return a, make.again(a, full_name=names[1])


def _swapped(make: _Maker) -> tuple[Facts, Facts]:
    a = make.person()
    first, last = a.full_name.split()
    return a, make.again(
        a, full_name=make.draw.choice((f"{last}, {first}", f"{last} {first}", f"{last.upper()} {first}"))
    )


def _initial(make: _Maker) -> tuple[Facts, Facts]:
    a = make.person()
    first, last = a.full_name.split()
    return a, make.again(a, full_name=make.draw.choice((f"{first[0]}. {last}", f"{first} {last[0]}.")))


def _middle(make: _Maker) -> tuple[Facts, Facts]:
    a = make.person()
    first, last = a.full_name.split()
    name = f"{first} {make.draw.choice(LAST)} {last}" if make.draw.random() < 0.5 else f"{first} J. {last}, PhD"
    return a, make.again(a, full_name=name)


def _slip(make: _Maker) -> tuple[Facts, Facts]:
    a = make.person()
    first, last = a.full_name.split()
    at = make.draw.randrange(1, len(last) - 2)
    slipped = make.draw.choice((last[:at] + last[at + 1] + last[at] + last[at + 2 :], last[:at] + last[at:][1:]))
    return a, make.again(a, full_name=f"{first} {slipped}")


def _renamed(make: _Maker) -> tuple[Facts, Facts]:
    old, new = make.draw.choice(RENAMED)
    a = replace(make.person(), company=old)
    return a, make.again(a, company=new)


def _moved_on(make: _Maker) -> tuple[Facts, Facts]:
    """Another employer since, but the old one among the earlier ones."""
    a = make.person()
    new = make.draw.choice([c for c in COMPANIES if c != a.company])
    return a, make.again(a, company=new, companies=(new, a.company))


def _mailbox(make: _Maker) -> tuple[Facts, Facts]:
    """Another employer and town, one mailbox name or phone."""
    a = make.person()
    new = make.draw.choice([c for c in COMPANIES if c != a.company])
    box = f"{a.full_name.split()[0].lower()}{make.draw.randrange(100, 999)}"
    if make.draw.random() < 0.5:
        a = replace(a, email=f"{box}@mail.example")
        return a, make.again(a, company=new, location="", email=f"{box}@post.example")
    digits = f"{make.draw.randrange(10**8, 10**9)}"
    a = replace(a, phone=f"+41 {digits[:2]} {digits[2:]}")
    return a, make.again(a, company=new, location="", phone=f"0{digits}")


def _one_address(make: _Maker) -> tuple[Facts, Facts]:
    """One source knows the public address."""
    a = make.person()
    return replace(a, public_urls=make.slug(a)), make.again(a)


def _thin(make: _Maker) -> tuple[Facts, Facts]:
    """One source knows a name and an employer, no more."""
    a = make.person()
    return a, make.again(a, title="", location="", skills=())


def _married(make: _Maker) -> tuple[Facts, Facts]:
    """Another family name, or two of them."""
    a = make.person()
    first, last = a.full_name.split()
    new = make.draw.choice([name for name in LAST if name != last])
    return a, make.again(a, full_name=make.draw.choice((f"{first} {last}-{new}", f"{first} {new}")))


def _moved_silently(make: _Maker) -> tuple[Facts, Facts]:
    """Another employer since, and nothing that says so."""
    a = make.person()
    return a, make.again(a, company=make.draw.choice([c for c in COMPANIES if c != a.company]))


def _two_accounts(make: _Maker) -> tuple[Facts, Facts]:
    """Somebody with two public addresses and one mailbox."""
    a = make.person()
    box = f"{a.full_name.split()[1].lower()}.{make.draw.randrange(100, 999)}"
    a = replace(a, email=f"{box}@mail.example", public_urls=make.slug(a))
    return a, make.again(a, email=f"{box}@post.example", public_urls=make.slug(a))


# -- two people ------------------------------------------------------------------------------------


def _elsewhere(make: _Maker, person: Facts) -> Facts:
    """Somebody of the same name, otherwise drawn anew so that nothing important agrees."""
    while True:
        other = make.person(person.full_name)
        if other.company != person.company and other.title != person.title:
            return other


def _namesake(make: _Maker) -> tuple[Facts, Facts]:
    a = make.person()
    return a, _elsewhere(make, a)


def _namesake_in_town(make: _Maker) -> tuple[Facts, Facts]:
    a = make.person()
    return a, replace(_elsewhere(make, a), location=a.location)


def _namesake_in_trade(make: _Maker) -> tuple[Facts, Facts]:
    """One name and one profession, another employer in another town."""
    a = make.person()
    b = _elsewhere(make, a)
    town = make.draw.choice([c for c, _ in CITIES if c != a.location])
    return a, replace(b, title=a.title, location=town, skills=())


def _namesake_at_work(make: _Maker) -> tuple[Facts, Facts]:
    """One name at one large employer, each with a public address of their own."""
    a = make.person()
    b = replace(_elsewhere(make, a), company=a.company)
    return replace(a, public_urls=make.slug(a)), replace(b, public_urls=make.slug(b))


def _twins(make: _Maker) -> tuple[Facts, Facts]:
    """Brothers and sisters at one employer, one town, often one job."""
    first, second = make.draw.choice(
        (
            ("Maria", "Marta"),
            ("Daniel", "David"),
            ("Ines", "Inga"),
            ("Oskar", "Omar"),
            ("Nadia", "Nina"),
            ("Katherine", "Kevin"),
            ("Thomas", "Timothy"),
        )
    )
    last = make.draw.choice(LAST)
    a = make.person(f"{first} {last}")
    return a, make.again(a, full_name=f"{second} {last}")


def _colleagues(make: _Maker) -> tuple[Facts, Facts]:
    """One given name, job, employer and town."""
    a = make.person()
    first, last = a.full_name.split()
    other = make.draw.choice([name for name in LAST if name != last])
    return a, make.again(a, full_name=f"{first} {other}")


def _other_initial(make: _Maker) -> tuple[Facts, Facts]:
    a = make.person()
    first, last = a.full_name.split()
    letter = make.draw.choice([c for c in "BDFGHLQVWXYZ" if c != first[0]])
    return a, make.again(a, full_name=f"{letter}. {last}")


def _shared_phone(make: _Maker) -> tuple[Facts, Facts]:
    """Two people behind one switchboard."""
    phone = f"+49 30 {make.draw.randrange(10**6, 10**7)}"
    a = replace(make.person(), phone=phone)
    b = make.person()
    while b.full_name.split()[0] == a.full_name.split()[0] or b.full_name.split()[1] == a.full_name.split()[1]:
        b = make.person()
    return a, replace(b, company=a.company, location=a.location, phone=phone)


def _two_addresses(make: _Maker) -> tuple[Facts, Facts]:
    """One name in one town and trade, with two public addresses."""
    a = make.person()
    b = replace(_elsewhere(make, a), location=a.location, title=a.title)
    return replace(a, public_urls=make.slug(a)), replace(b, public_urls=make.slug(b))


def _namesake_in_town_and_trade(make: _Maker) -> tuple[Facts, Facts]:
    """One name, town and profession at two employers; nothing but another trade's skills tells them apart."""
    a = make.person()
    return a, replace(_elsewhere(make, a), title=a.title, location=a.location)


def _same_initial(make: _Maker) -> tuple[Facts, Facts]:
    """Another one with that initial and family name at one employer, in another job."""
    a = make.person()
    first, last = a.full_name.split()
    return a, replace(_elsewhere(make, a), full_name=f"{first[0]}. {last}", company=a.company)


def _generations(make: _Maker) -> tuple[Facts, Facts]:
    """A name in the family, one town, no employer known of one of them."""
    a = make.person()
    return a, replace(_elsewhere(make, a), location=a.location, company="")


_KINDS: dict[str, tuple[bool, Callable[[_Maker], tuple[Facts, Facts]]]] = {
    "plain": (True, _plain), "nickname": (True, _nickname), "accents": (True, _accents), "script": (True, _script),
    "swapped": (True, _swapped), "initial": (True, _initial), "middle": (True, _middle), "slip": (True, _slip),
    "renamed": (True, _renamed), "moved_on": (True, _moved_on), "mailbox": (True, _mailbox),
    "one_address": (True, _one_address), "thin": (True, _thin), "married": (True, _married),
    "moved_silently": (True, _moved_silently), "two_accounts": (True, _two_accounts),
    "namesake": (False, _namesake), "namesake_in_town": (False, _namesake_in_town),
    "namesake_in_trade": (False, _namesake_in_trade), "namesake_at_work": (False, _namesake_at_work),
    "twins": (False, _twins), "colleagues": (False, _colleagues), "other_initial": (False, _other_initial),
    "shared_phone": (False, _shared_phone), "two_addresses": (False, _two_addresses),
    "namesake_in_town_and_trade": (False, _namesake_in_town_and_trade), "same_initial": (False, _same_initial),
    "generations": (False, _generations),
}  # fmt: skip
