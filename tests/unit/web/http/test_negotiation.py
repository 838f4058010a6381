"""Negotiation: the choices of an Accept header by weight, and no header that raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.web.http.negotiation import preferences


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        (" , ,", []),
        ("br", [("br", 1.0)]),
        ("gzip, br", [("gzip", 1.0), ("br", 1.0)]),
        ("gzip;q=0.5, br;q=0.8", [("br", 0.8), ("gzip", 0.5)]),
        ("GZIP;Q=1", [("gzip", 1.0)]),
        ("br ; q = 0.9", [("br", 0.9)]),
        ("br;q=0", [("br", 0.0)]),
        ("br;q=1.", [("br", 1.0)]),
        ("text/html;level=1;q=0.4", [("text/html", 0.4)]),
        ("text/html;level=1", [("text/html", 1.0)]),
        # The header of Java's HttpURLConnection, which RFC 9110 does not allow.
        ("text/html, *; q=.2, */*; q=.2", [("text/html", 1.0), ("*", 0.2), ("*/*", 0.2)]),
    ],
)
def test_choices_are_sorted_by_weight(header: str, expected: list[tuple[str, float]]) -> None:
    assert preferences(header) == expected


@pytest.mark.parametrize(
    "weight", ["", "high", "nan", "inf", "-1", "1.5", "2", "1e-1", "0.5.5", "٠.٥", "."]
)
def test_a_choice_with_a_malformed_weight_is_dropped(weight: str) -> None:
    assert preferences(f"br;q={weight}, gzip") == [("gzip", 1.0)]


@given(st.text(st.sampled_from("br gzip*/;q=0.15,-eٱ\t")) | st.text())
def test_every_header_gives_weights_from_0_to_1_in_order(header: str) -> None:
    weights = [weight for _, weight in preferences(header)]
    assert all(0 <= weight <= 1 for weight in weights)
    assert weights == sorted(weights, reverse=True)


NAMES = st.text(st.sampled_from("abcdefgh*/-"), min_size=1)
WEIGHTS = st.integers(min_value=0, max_value=1000).map(lambda thousandths: thousandths / 1000)


@given(st.lists(st.tuples(NAMES, WEIGHTS)))
def test_every_well_formed_choice_is_kept(choices: list[tuple[str, float]]) -> None:
    header = ", ".join(f"{name};q={weight:.3f}" for name, weight in choices)
    assert sorted(preferences(header)) == sorted(choices)
