"""The wording of the published year: printed numbers, ranges that follow, and unpublished ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from referrals.cards.wording import phrases
from referrals.cards.wording.base import Wording
from referrals.cards.wording.phrases import Form
from referrals.formatting import percent
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference import statuses
from referrals.reference.codelists import NOT_RECORDED

DERIVED: Final = frozenset({"d", "e"})
"""The status letters of numbers that we worked out from printed ones: exact ones, and ranges."""


class Transcribed(Wording):
    """The wording of a transcribed release, whose numbers are printed or are ranges themselves."""

    section = "published"
    meanings = statuses.meanings()

    def notes(self, answer: Answer) -> list[str]:
        """Return the notes on a dimension's source, and the groups that it does not publish."""
        keys = [answer.dimension]
        if answer.dimension == "sex" and any(row.status == "u" for row in answer.observations):
            keys.append("sex_range")
        if "crime_type" in answer.labels and answer.dimension != "crime_type":
            keys.append("crime_type")
        found = [messages.text(f"wording.published.note.{key}") for key in keys]
        if answer.unpublished:
            groups = phrases.listed(phrases.in_sentence(label) for label in answer.unpublished)
            found.append(messages.text("wording.published.note.unpublished", groups=groups))
        return found

    def numbers_notes(self, _numbers: Sequence[Observation]) -> list[str]:
        """Return no notes: no status of a printed number needs one."""
        return []

    def is_derived(self, rows: Sequence[Mapping[str, object]]) -> bool:
        """Return whether any number of a card is derived or a range, and so not printed."""
        return any(
            row.get("status") in DERIVED or row.get("lower") != row.get("upper") for row in rows
        )

    def _finding(self, answer: Answer) -> str:
        if not answer.is_published:
            return messages.text(
                "wording.published.unpublished",
                dimension=phrases.dimension(answer.dimension),
                referrals=phrases.subject(answer),
            )
        return _FINDINGS[answer.dimension](answer)

    def _quarters_finding(
        self, answer: Answer, _quarters: Sequence[Observation], _period: str
    ) -> str:
        """Return a sentence that there are no quarters: the source covers one year."""
        return messages.text("wording.published.quarters", referrals=phrases.subject(answer))


def cross_finding(dimension: str, answers: Sequence[Answer]) -> str:
    """Return the headline of a dimension within each of several groups: one clause a group."""
    if dimension == "sex":
        clauses = [_sex_clause(answer) for answer in answers]
        return messages.text("wording.published.crossed.sex", clauses=phrases.listed(clauses))
    largest = [_published(answer)[0] for answer in answers]
    pairs = zip(answers, largest, strict=True)
    clauses = [
        _largest_clause(answer, group, named=largest[place - 1] if place else None)
        for place, (answer, group) in enumerate(pairs)
    ]
    return messages.text("wording.published.crossed.largest", clauses=phrases.listed(clauses))


def _nationality(answer: Answer) -> str:
    named = [row for row in _published(answer) if row.code[0] != "_" or row.code == "_TOP3"]
    least, most = answer.total.bounds
    lower = percent(Fraction(sum(row.bounds[0] for row in named), most))
    upper = percent(Fraction(sum(row.bounds[1] for row in named), least))
    return messages.text(
        "wording.published.nationality",
        groups=phrases.listed(phrases.in_sentence(phrases.label(row)) for row in named),
        share=lower if lower == upper else phrases.between(lower, upper),
        counted=phrases.counted(answer),
    )


def _sex_clause(answer: Answer) -> str:
    larger, _ = _by_recorded(answer)
    return messages.text(
        f"wording.published.clause.{larger.code}",
        share=percent(_of_recorded(larger)),
        referrals=phrases.subject(answer),
    )


def _largest_clause(answer: Answer, largest: Observation, *, named: Observation | None) -> str:
    """Return the clause of one answer.

    Args:
        answer: the answer that the clause describes.
        largest: its largest category.
        named: the largest category of the clause before; None for the first clause, which begins
            the sentence.
    """
    share, referrals = phrases.stated_share(largest), phrases.subject(answer, Form.SHORT)
    if named is not None and named.code == largest.code:
        return messages.text(
            "wording.published.clause.same_group", share=share, referrals=referrals
        )
    label = phrases.in_sentence(phrases.label(largest))
    return messages.text(
        "wording.published.clause.largest",
        group=phrases.first_label(largest) if named is None else label,
        share=share,
        referrals=referrals,
    )


def _age(answer: Answer) -> str:
    child = answer.observation("0-17")
    if not child.has_number:
        return _largest(answer)
    return _of_counted("wording.published.under_18", answer, child)


def _sex(answer: Answer) -> str:
    male, female = answer.observation("M"), answer.observation("F")
    larger, _ = _by_recorded(answer)
    return messages.text(
        f"wording.published.sex.{'more_males' if larger is male else 'more_females'}",
        n=answer.recorded or 0,
        referrals=phrases.subject(answer),
        males=percent(_of_recorded(male)),
        females=percent(_of_recorded(female)),
        not_recorded=phrases.number(answer.observation(NOT_RECORDED)),
    )


def _by_recorded(answer: Answer) -> tuple[Observation, Observation]:
    """Return males and females, the larger number first."""
    male, female = answer.observation("M"), answer.observation("F")
    return (female, male) if _of_recorded(female) > _of_recorded(male) else (male, female)


def _of_recorded(observation: Observation) -> Fraction:
    """Return the share of those recorded, 0 if it is not known."""
    if observation.share is None or observation.share.of_recorded is None:
        return Fraction(0)
    return observation.share.of_recorded


def _largest(answer: Answer) -> str:
    """Return a sentence on the largest category, unless its range overlaps that of another."""
    first, *others = _published(answer)
    if not others:
        return _of_counted("wording.published.only_group", answer, first)
    if first.bounds[0] <= max(row.bounds[1] for row in others):
        return messages.text("wording.finding.no_largest", counted=phrases.counted(answer))
    return _of_counted("wording.published.largest", answer, first)


def _of_counted(key: str, answer: Answer, observation: Observation) -> str:
    """Return the message at `key` about one observation as a part of its answer's total."""
    return messages.text(
        key,
        group=phrases.first_label(observation),
        number=phrases.stated(observation),
        counted=phrases.counted(answer),
        share=phrases.stated_share(observation),
    )


def _published(answer: Answer) -> list[Observation]:
    """Return the observations that have a number, the largest first."""
    found = [row for row in answer.observations if row.has_number]
    return sorted(found, key=lambda row: -row.bounds[0])


_FINDINGS: Final[Mapping[str, Callable[[Answer], str]]] = {
    "nationality": _nationality,
    "age_band": _age,
    "sex": _sex,
    "crime_type": _largest,
    "outcome": _largest,
}
