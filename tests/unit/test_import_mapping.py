"""Headers that are known, and mappings that people give."""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import BadInput
from services.imports.import_mapping import FIELDS, check, columns_by_field, field_of, source_of, suggest

SALES_NAVIGATOR = (
    "profileUrl,fullName,firstName,lastName,companyName,title,companyId,companyUrl,regularCompanyUrl,summary,"
    "titleDescription,industry,companyLocation,location,durationInRole,durationInCompany,pastExperienceCompanyName,"
    "pastExperienceCompanyUrl,pastExperienceCompanyTitle,pastExperienceDate,pastExperienceDuration,connectionDegree,"
    "profileImageUrl,sharedConnectionsCount,name,vmid,linkedInProfileUrl,isPremium,isOpenLink,query,timestamp,"
    "defaultProfileUrl"
).split(",")
PROFILE_SCRAPER = (
    "firstName,lastName,profileUrl,linkedinProfileUrl,linkedinProfileUrn,linkedinProfileSlug,linkedinHeadline,"
    "linkedinDescription,location,connectionDegree,linkedinJobTitle,linkedinJobDateRange,linkedinJobDescription,"
    "linkedinJobLocation,companyName,companyIndustry,linkedinCompanyName,linkedinCompanyId,linkedinCompanyUrl,"
    "linkedinCompanySize,linkedinPreviousJobTitle,previousCompanyName,linkedinSchoolName,linkedinSkillsLabel,"
    "professionalEmail,refreshedAt,error"
).split(",")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Full Name", "full_name"),
        ("full_name", "full_name"),
        (" NAME ", "full_name"),
        ("First name", "first_name"),
        ("Prénom", "first_name"),
        ("Surname", "last_name"),
        ("E-mail Address", "email"),
        ("Work Email", "email"),
        ("Person Linkedin Url", "linkedin_url"),
        ("Job Title", "title"),
        ("Current Company", "company"),
        ("City", "location"),
        ("Years of experience", "years_experience"),
        ("Skill7", "skills"),
        ("Phone number", "phone"),
        ("Salary", None),
        ("", None),
        ("companyUrl", None),
        ("Skill777", None),
    ],
)
def test_known_headers(header: str, field: str | None) -> None:
    assert field_of(header) == field


def test_each_alias_means_one_field() -> None:
    from services.imports import import_mapping

    aliases = [alias for _, known in import_mapping._KNOWN.values() for alias in known.split()]
    assert len(aliases) == len(set(aliases))
    assert all(import_mapping.alias_of(alias) == alias for alias in aliases)


def test_a_sales_navigator_export_is_understood() -> None:
    fields = columns_by_field(suggest(SALES_NAVIGATOR))
    assert fields["linkedin_url"] == ["defaultProfileUrl", "linkedInProfileUrl", "profileUrl"], "the public one first"
    assert fields["full_name"] == ["fullName", "name"]
    assert fields["company"] == ["companyName"]
    assert fields["current_tenure_months"] == ["durationInCompany", "durationInRole"]
    assert fields["linkedin_id"] == ["vmid"]
    assert source_of(SALES_NAVIGATOR) == "PhantomBuster"


def test_a_profile_scraper_export_is_understood() -> None:
    mapping = suggest(PROFILE_SCRAPER)
    wanted = {
        "linkedinHeadline": "headline",
        "linkedinDescription": "summary",
        "linkedinJobTitle": "title",
        "linkedinJobDateRange": "started_on",
        "linkedinSkillsLabel": "skills",
        "professionalEmail": "email",
    }
    assert {column: mapping[column] for column in wanted} == wanted
    assert not {"linkedinPreviousJobTitle", "previousCompanyName", "linkedinJobLocation", "error"} & set(mapping)


def test_what_a_person_maps_goes_before_what_is_known() -> None:
    assert columns_by_field({"Name": "full_name", "Kandidat": "full_name"})["full_name"] == ["Kandidat", "Name"]


def test_a_list_of_fields_follows_the_columns() -> None:
    assert check(["full_name", None, ""], ["A", "B", "C"]) == {"A": "full_name"}


@pytest.mark.parametrize(
    "mapping",
    [
        {},
        None,
        "x",
        5,
        [],
        ["full_name"],
        ["full_name", None, None, None],
        {"D": "full_name"},
        {"A": "nope"},
        {"A": 5},
        {"A": ["full_name"]},
        {"A": "title"},
        {"A": None},
        [{}, None, "full_name"],
    ],
)
def test_a_mapping_that_cannot_work(mapping: Any) -> None:
    with pytest.raises(BadInput):
        check(mapping, ["A", "B", "C"])


def test_every_field_has_a_label() -> None:
    assert all(FIELDS.values())
