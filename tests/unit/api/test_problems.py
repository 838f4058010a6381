"""A problem names the fault, and points to its choices if it has any."""

from __future__ import annotations

import pytest

from referrals.api.problems import unknown_choice


@pytest.mark.parametrize(
    ("choices", "detail"),
    [
        ({"F": "Female"}, "'x' is not a code of sex. See choices."),
        ({}, "'x' is not a code of sex."),
    ],
)
def test_a_problem_points_to_its_choices_only_if_it_has_any(
    choices: dict[str, str], detail: str
) -> None:
    problem = unknown_choice("unknown-code", "a code of sex", "x", choices)
    assert problem.document()["detail"] == detail
