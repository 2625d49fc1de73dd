"""Which column of a file is which field of a person: known headers, and what a person corrects.

Files differ (PhantomBuster alone has four shapes), so headers are looked up in a table and the
result is only a suggestion. Several columns may feed one field; they are asked in the order of
the table, and the first that holds something wins (skills: all of them together).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from services.errors import BadInput

# Field → what it is called on the page, and headers known for it, best first, letters and digits only.
_KNOWN: dict[str, tuple[str, str]] = {
    "linkedin_url": (
        "LinkedIn address",
        "defaultprofileurl linkedinprofileurl profileurl linkedinurl linkedin linkedinprofile publicprofileurl "
        "personlinkedinurl linkedinflagshipurl profilelink publicidentifierurl profile url link",
    ),
    "linkedin_id": ("LinkedIn member id", "vmid linkedinmemberid memberid"),
    "full_name": ("Full name", "fullname name candidatename candidate personname contactname displayname"),
    "first_name": ("First name", "firstname first givenname forename vorname prenom nombre"),
    "last_name": ("Last name", "lastname last surname familyname nachname nomdefamille apellido apellidos"),
    "headline": ("Headline", "headline linkedinheadline tagline"),
    "title": (
        "Job title",
        "title jobtitle linkedinjobtitle currenttitle currentjobtitle currentposition position currentrole role "
        "employeetitle",
    ),
    "company": (
        "Company",
        "companyname company linkedincompanyname currentcompany currentcompanyname currentemployer employer "
        "employername organization organisation organizationname",
    ),
    "location": ("Location", "location personlocation candidatelocation city cityname region place"),
    "country": ("Country", "country countryname personcountry"),
    "industry": ("Industry", "industry companyindustry linkedinindustry"),
    "summary": ("Summary", "summary linkedindescription about profilesummary bio description"),
    "email": (
        "E-mail",
        "email emailaddress professionalemail workemail businessemail primaryemail mail personalemail emails",
    ),
    "phone": ("Phone", "phone phonenumber mobilephone mobile telephone tel primaryphone phones"),
    "skills": ("Skills", "skills allskills linkedinskillslabel topskills keyskills skillset skill"),
    "years_experience": (
        "Years of experience",
        "yearsexperience yearsofexperience totalyearsofexperience experienceyears totalexperience",
    ),
    "current_tenure_months": (
        "Time in the current job",
        "currenttenuremonths durationincompany durationinrole jobduration tenure",
    ),
    "started_on": ("Start of the current job", "linkedinjobdaterange jobdaterange currentjobstart jobstartdate"),
}
FIELDS: dict[str, str] = {field: label for field, (label, _) in _KNOWN.items()}
_RANKS: dict[str, tuple[str, int]] = {
    alias: (field, rank) for field, (_, aliases) in _KNOWN.items() for rank, alias in enumerate(aliases.split())
}
_NUMBERED_SKILL = re.compile(r"^skill\d{1,2}$")
# Headers by which a PhantomBuster export is known.
_PHANTOMBUSTER = {"vmid", "linkedinprofileslug", "linkedinheadline", "connectiondegree", "linkedinskillslabel"}


def alias_of(header: str) -> str:
    """A header with everything but letters and digits taken out: "First Name" → firstname."""
    plain = unicodedata.normalize("NFKD", header).lower()
    return "".join(c for c in plain if c.isalnum())


def field_of(header: str) -> str | None:
    """The field that a header is known for."""
    alias = alias_of(header)
    if _NUMBERED_SKILL.match(alias):
        return "skills"
    known = _RANKS.get(alias)
    return known[0] if known else None


def aliases() -> list[str]:
    """All headers that are known, as alias_of() gives them."""
    return list(_RANKS)


def suggest(columns: Sequence[str]) -> dict[str, str]:
    """Column → field, for the columns that are known."""
    return {column: field for column in columns if (field := field_of(column))}


def source_of(columns: Sequence[str]) -> str:
    """Where a file comes from, by its headers."""
    return "PhantomBuster" if _PHANTOMBUSTER & {alias_of(column) for column in columns} else "File"


def check(mapping: Any, columns: Sequence[str]) -> dict[str, str]:
    """A mapping as given by a person, with unmapped columns left out: pairs of column and field, or a
    list of fields (None or "" for no field) in the order of the columns.

    Raises BadInput when it names what is not there, or when nobody could be told apart by it.
    """
    if isinstance(mapping, list) and len(mapping) == len(columns):
        mapping = dict(zip(columns, mapping, strict=True))
    if not isinstance(mapping, Mapping):
        raise BadInput('The mapping must be pairs of column and field, such as {"Full name": "full_name"}.')
    known = set(columns)
    result: dict[str, str] = {}
    for column, field in mapping.items():
        if column not in known:
            raise BadInput("The mapping names a column that the file does not have.")
        if field in (None, ""):
            continue
        if not isinstance(field, str) or field not in FIELDS:
            raise BadInput(f"The mapping names an unknown field; known are {', '.join(FIELDS)}.")
        result[str(column)] = str(field)
    if not {"full_name", "first_name", "last_name", "linkedin_url", "linkedin_id", "email"} & set(result.values()):
        raise BadInput("Say which column holds the name, the LinkedIn address or the e-mail address.")
    return result


def columns_by_field(mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """Field → its columns in the order in which they are asked."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for order, (column, field) in enumerate(mapping.items()):
        # What a person mapped by hand goes before what the table would have chosen; skill1, skill2, … last.
        rank = _RANKS.get(alias_of(column), ("", len(_RANKS)))[1] if field_of(column) == field else -1
        found.setdefault(field, []).append((rank, order, column))
    return {field: [column for _, _, column in sorted(columns)] for field, columns in found.items()}
