"""What is kept of a model's answer: verdicts whose evidence stands in the profile. Pure."""

from __future__ import annotations

from services.screening.evidence import quote_is_verbatim
from services.screening.prompts import JudgePrompt
from services.screening.rubric_scoring import Verdict
from services.screening.screening_rows import Item, Result, Ruling
from services.vendors.openai_answers import Judgement
from services.vendors.openai_errors import Usage


def ruling_of(prompt: JudgePrompt, verdict: Verdict, name: str, quote: str) -> Ruling:
    """What of a model's verdict is kept. A pass needs a quote that is there; a fail may do without one."""
    if verdict == "unknown":
        return Ruling("unknown", said=verdict)
    if quote_is_verbatim(prompt.fields, name, quote):
        return Ruling(verdict, name, quote, said=verdict)
    if verdict == "fail" and not quote.strip():
        return Ruling("fail", said=verdict)
    return Ruling("unknown", said=verdict)


def result_of(item: Item, prompt: JudgePrompt, judgement: Judgement, usage: Usage) -> Result:
    """What was known of a candidate and what the model says of the rest, its evidence checked."""
    rulings = dict(item.known)
    for criterion, said in zip(item.asked, judgement.verdicts, strict=True):
        rulings[criterion] = ruling_of(prompt, said.verdict, said.field, said.quote)
    return Result(item, rulings, usage)
