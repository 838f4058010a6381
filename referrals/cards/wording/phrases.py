"""Noun phrases for the sentences about an answer: numbers, shares, subjects, labels and lists.

Every phrase is a message of its own. A choice that narrows the subject is a message around it
(`{referrals} of males`), so that another language can put the words in another order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Final

from babel.lists import format_list

from referrals.formatting import count, percent
from referrals.i18n import code_labels, messages
from referrals.language import current, locale_of
from referrals.query import observation as observations
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference.codelists import NOT_RECORDED

STATELESS: Final = "_STL"
UNDER_18: Final = "0-17"

_ABSENT: Final[Mapping[str, str]] = {
    observations.NOT_PUBLISHED: "wording.number.not_published",
    observations.SUPPRESSED: "wording.number.withheld",
}


_LISTS_WITHOUT_AND: Final = frozenset({"cy"})
"""Languages whose "and" depends on the next word: CLDR's pattern has "a(c)", so it is not used."""


class Form(StrEnum):
    """The place of a subject: inside a sentence, at the head of a title, or after other victims."""

    INSIDE = "inside"
    TITLE = "title"
    SHORT = "short"


def dimension(name: str) -> str:
    """Return the name of a dimension inside a sentence: 'crime type'."""
    return messages.text(f"wording.dimension.{name}")


def column(name: str) -> str:
    """Return the name of a dimension at the head of a column: 'Crime type'."""
    return messages.text(f"wording.column.{name}")


def label(observation: Observation) -> str:
    """Return the label of an observation, after 'of these,' if it is part of another one."""
    if observation.is_part:
        return messages.text("wording.part", label=observation.label)
    return observation.label


def first_label(observation: Observation) -> str:
    """Return the label of an observation at the start of a sentence."""
    if observation.is_part:
        return messages.text("wording.part_first", label=observation.label)
    return observation.label


def absent(status: str) -> str:
    """Return the words instead of a number, by its status: 'withheld', 'not published'."""
    return messages.text(_ABSENT[status])


def number(observation: Observation) -> str:
    """Return a number as readers see it: '1,336', '210 to 212', 'at least 669', '0 to 4'."""
    if observation.status in _ABSENT:
        return absent(observation.status)
    lower, upper = observation.bounds
    # 0 alone means that there are none: a 0 that could be more is shown as its range.
    is_uncertain_zero = observation.value == 0 and upper > 0
    if observation.value is not None and not (observation.is_range or is_uncertain_zero):
        return count(observation.value)
    if observation.open_ended:
        return messages.text("wording.number.at_least", n=lower)
    return count_range(lower, upper)


def stated(observation: Observation) -> str:
    """Return a number as part of a sentence, which has no room for a range: 'about 117'."""
    text = number(observation)
    if not observation.has_number or observation.value is None or observation.is_range:
        return text
    lower, upper = observation.bounds
    is_about = lower < upper and observation.value > 0 and not observation.open_ended
    return messages.text("wording.number.about", number=text) if is_about else text


def stated_share(observation: Observation) -> str:
    """Return a share as part of a sentence: as a range if it is not exact, '63% to 74%'."""
    found = observation.share
    if found is None or found.lower == found.upper or observation.open_ended:
        return share(observation)
    return percent_range(found.lower, found.upper)


def count_range(lower: int, upper: int) -> str:
    """Return a range of counts, or one count if both ends are the same: '210 to 212', '514'."""
    return count(lower) if lower == upper else between(count(lower), count(upper))


def between(lower: str, upper: str) -> str:
    """Return a range of formatted numbers: '58% to 59%'."""
    return messages.text("wording.number.range", lower=lower, upper=upper)


def too_few() -> str:
    """Return the text shown instead of a share of too few referrals."""
    return messages.text("wording.number.too_few")


def share(observation: Observation) -> str:
    """Return a share of the total as readers see it: '58% to 59%', 'over 50%', ''."""
    found = observation.share
    if found is None:
        return ""
    if observation.open_ended:
        return messages.text("wording.number.over", share=percent(found.lower))
    if found.value is not None:
        return percent(found.value)
    return percent_range(found.lower, found.upper)


def percent_range(lower: Fraction, upper: Fraction) -> str:
    """Return a range of shares, or one if both ends look the same: '58% to 59%'."""
    low, high = percent(lower), percent(upper)
    return low if low == high else between(low, high)


def headed(text: str, *, is_invented: bool) -> str:
    """Return a sentence or title that says first if its figures are invented.

    >>> headed("Victim referrals by sex", is_invented=True)
    'Worked example: Victim referrals by sex'
    """
    return messages.text("wording.example", text=text) if is_invented else text


def counted(answer: Answer) -> str:
    """Return the total and the subject: '212 domestic abuse referrals of females'."""
    return messages.text("wording.counted", number=stated(answer.total), referrals=subject(answer))


def subject(answer: Answer, form: Form = Form.INSIDE) -> str:
    """Return the subject of an answer: 'domestic abuse referrals of females'."""
    chosen = answer.selection.chosen()
    recorded = {name: code for name, code in chosen.items() if code != NOT_RECORDED}
    phrase = messages.text(f"wording.subject.{form}.{recorded.get('crime_type', 'all')}")
    phrase = _narrowed(phrase, answer.labels, recorded)
    not_recorded = [dimension(name) for name, code in chosen.items() if code == NOT_RECORDED]
    if not_recorded:
        phrase = messages.text(
            "wording.subject.of.not_recorded", referrals=phrase, dimensions=listed(not_recorded)
        )
    return phrase


def of_group(answer: Answer, observation: Observation, text: str) -> str:
    """Return the group of an observation after a text: '237 from Vietnam', '706 of males'."""
    name, code = answer.dimension, observation.code
    if code == NOT_RECORDED:
        return messages.text(
            "wording.subject.of.not_recorded", referrals=text, dimensions=dimension(name)
        )
    if name == "crime_type":
        referrals = messages.text(f"wording.subject.{Form.INSIDE}.{code}")
        return messages.text("wording.counted", number=text, referrals=referrals)
    return _narrowed(text, {name: observation.label}, {name: code})


def largest(key: str, answer: Answer, observation: Observation) -> str:
    """Return the message at `key` that calls an observation of an answer the largest.

    The message has a form for each sex, one for ages, and another for other groups.
    """
    form = {"sex": observation.code, "age_band": "age"}.get(answer.dimension, "other")
    return messages.text(
        f"{key}.{form}",
        group=in_sentence(observation.label) if form == "age" else observation.label,
        number=stated(observation),
        counted=counted(answer),
        share=stated_share(observation),
    )


def in_sentence(label: str) -> str:
    """Return a label of the release as part of a sentence.

    A label without a message of its own stays as it is, such as the name of a country.

    >>> in_sentence("All other nationalities"), in_sentence("Vietnam, Albania and China together")
    ('all other nationalities', 'Vietnam, Albania and China')
    """
    return code_labels.forms("in_sentence").get(label, label)


def plural(label: str) -> str:
    """Return the plural of a label, as the name of a group of people, if it has one.

    >>> plural("Female"), plural("Vietnam")
    ('females', 'Vietnam')
    """
    return code_labels.forms("plural").get(label) or in_sentence(label)


def listed(labels: Iterable[str]) -> str:
    """Return labels as a list in a sentence.

    >>> listed(["Vietnam", "Albania", "China"])
    'Vietnam, Albania and China'
    """
    if current() in _LISTS_WITHOUT_AND:
        return comma_separated(labels)
    return format_list(list(labels), locale=locale_of(current()))


def alternatives(labels: Iterable[str]) -> str:
    """Return labels as a list of alternatives in a sentence.

    >>> alternatives(["age", "sex", "outcome"])
    'age, sex or outcome'
    """
    return format_list(list(labels), style="or", locale=locale_of(current()))


def comma_separated(parts: Iterable[str]) -> str:
    """Return names, codes or sections in a row, with the comma of the current language.

    >>> comma_separated(["3.6.2", "3.6.3"])
    '3.6.2, 3.6.3'
    """
    return messages.text("wording.comma").join(parts)


def rows(observations: Iterable[tuple[str, str]]) -> str:
    """Return labels with their values: 'Male: 706; Female: 425'."""
    each = [messages.text("wording.row", label=name, value=value) for name, value in observations]
    return messages.text("wording.separator").join(each)


def _narrowed(text: str, labels: Mapping[str, str], recorded: Mapping[str, str]) -> str:
    """Return a subject narrowed by the code of each chosen dimension, from the inside out."""
    for key, values in _qualifiers(labels, recorded):
        text = messages.text(f"wording.subject.{key}", referrals=text, **values)
    return text


def _qualifiers(
    labels: Mapping[str, str], recorded: Mapping[str, str]
) -> list[tuple[str, Mapping[str, str]]]:
    """Return the messages that narrow a subject, with their values, from the inside out.

    `recorded` has the code of each chosen dimension, except "not recorded" and the type of crime,
    which is part of the subject itself.
    """
    found: list[tuple[str, Mapping[str, str]]] = []
    if (sex := recorded.get("sex")) in {"M", "F", "_R"}:
        found.append((f"of.{sex}", {}))
    nationality = recorded.get("nationality")
    if nationality == STATELESS:
        found.append(("of.stateless", {}))
    elif nationality is not None:
        found.append(("of.nationality", {"nationality": in_sentence(labels["nationality"])}))
    age = recorded.get("age_band")
    if age == UNDER_18:
        found.append(("of.under_18", {}))
    elif age is not None:
        found.append(("of.age", {"age": labels["age_band"]}))
    if outcome := recorded.get("outcome"):
        found.append((f"outcome.{outcome}", {}))
    return found
