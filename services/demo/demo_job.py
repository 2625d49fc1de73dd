"""A job description with its criteria: what the demo and the sample search screen people by."""

from __future__ import annotations

from decimal import Decimal

from services.screening.rubrics import Criterion

JOB = """\
Backend engineer for our payments platform, based in London or remote.

You have at least 5 years of experience with services that many people rely on. Python and PostgreSQL are a must.
Kubernetes and AWS are nice to have. You like to lead a small team. We are not looking for agencies.
"""
CRITERIA = (
    Criterion("Python", "Does the profile show experience with python?", "must", Decimal(5)),
    Criterion("PostgreSQL", "Does the profile show experience with postgresql?", "must", Decimal(4)),
    Criterion("Five years", "At least 5 years of experience?", "should", Decimal(3)),
    Criterion("Kubernetes", "Does the profile show experience with kubernetes?", "should", Decimal(2)),
    Criterion("London", "Is the candidate based in London?", "should", Decimal(1)),
)
