"""No criterion asks about what nobody is chosen by; what only sounds like it is asked all the same."""

from __future__ import annotations

import pytest

from services.errors import BadInput
from services.screening import rubrics
from services.screening.protected_traits import asked_about


@pytest.mark.parametrize(
    ("trait", "question"),
    [
        ("age", "Is the candidate younger than 40?"),
        ("age", "Is the candidate 35 years old or less?"),
        ("age", "Is the candidate young?"),
        ("age", "Is the person under the age of 50?"),
        ("age", "What is the candidate's age?"),
        ("age", "Ist die Kandidatin jünger als 35?"),
        ("sex", "Is the candidate a woman?"),
        ("sex", "Is this person male or female?"),
        ("sex", "Is the candidate’s gender male?"),
        ("sex", "Ist der Kandidat ein Mann?"),
        ("family", "Is the candidate married?"),
        ("family", "Does the candidate have children?"),
        ("family", "Does she have small kids or a husband?"),
        ("origin", "Is the candidate white?"),
        ("origin", "Is the candidate of Asian descent?"),
        ("origin", "Does the photo tell the ethnicity of the candidate?"),
        ("religion", "Is the applicant a Muslim?"),
        ("religion", "Ist die Person katholisch?"),
        ("health", "Is the candidate healthy?"),
        ("health", "Does the candidate have a disability?"),
        ("sexual orientation", "Is the candidate gay?"),
    ],
)
def test_what_nobody_is_chosen_by_is_found(trait: str, question: str) -> None:
    assert asked_about(question) == trait
    with pytest.raises(BadInput, match=f"about {trait}, by which nobody is chosen"):
        rubrics.criterion("Wish", question, "must", 1)


@pytest.mark.parametrize("title", ["Female", "Age", "(gender)", "Christian", "Marital status"])
def test_a_title_is_read_as_well(title: str) -> None:
    with pytest.raises(BadInput, match="by which nobody is chosen"):
        rubrics.criterion(title, "Does the profile say so?", "should", 1)


@pytest.mark.parametrize(
    "question",
    [
        "Does the profile show at least 10 years of experience?",
        "Has the candidate debugged race conditions in concurrent code?",
        "Is the candidate a Black Belt in Six Sigma?",
        "Does the candidate have children's book editing experience?",
        "Has the person worked with people with disabilities?",
        "Has the candidate set up single sign-on?",
        "Is the candidate a single point of contact for customers?",
        "Has the candidate marketed products for women?",
        "Does the candidate know health care regulation?",
        "Is the codebase that was maintained older than 10 years?",
        "Is the candidate authorised to work in the European Union?",
        "Is the candidate fluent in German?",
        "Is the candidate a white-hat hacker?",
        "Is the candidate an African markets specialist?",
        "Has the candidate led teams of more than 40 people?",
        "Is the candidate a young-talent coach?",
        "Does the person have experience in gender studies?",
        "Hat die Person mit alten Systemen gearbeitet?",
        "Is the candidate a mother-tongue teacher of Spanish?",
    ],
)
def test_what_only_sounds_like_it_is_asked(question: str) -> None:
    assert asked_about(question) == ""
    assert rubrics.criterion("Wish", question, "must", 1).question == question
