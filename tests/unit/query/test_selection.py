"""Selections go to the address bar and back; an address that somebody edited is handled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import FrozenInstanceError
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.query.parameters import meant
from referrals.query.selection import MEASURES, NAMES, Fault, Selection, fault, read_address
from referrals.reference.codelists import DIMENSIONS, TOTAL, codelist

OFFER = {"sex": ["M", "F", "_NK"], "crime_type": ["MS", "DA", "OTH"]}
CODES = {dimension: sorted(set(codelist(dimension).codes) - {TOTAL}) for dimension in DIMENSIONS}

offers = st.fixed_dictionaries(
    {},
    optional={
        dimension: st.lists(st.sampled_from(codes), min_size=1, unique=True)
        for dimension, codes in CODES.items()
    },
)
measures = st.sampled_from(MEASURES)


@st.composite
def offers_with_a_choice(draw: st.DrawFn) -> tuple[Mapping[str, Sequence[str]], Selection]:
    """An offer, and a selection made only of what it offers."""
    offer = draw(offers)
    chosen = {
        dimension: draw(st.sampled_from([TOTAL, *codes])) for dimension, codes in offer.items()
    }
    return offer, Selection(**chosen, measure=draw(measures))


@given(offers_with_a_choice())
def test_what_was_chosen_comes_back_from_the_address(
    case: tuple[Mapping[str, Sequence[str]], Selection],
) -> None:
    offer, selection = case
    address = dict(
        parse_qsl(urlencode(selection.address()), strict_parsing=bool(selection.address()))
    )
    assert read_address(address, offer) == (selection, ())


@given(offers_with_a_choice())
def test_an_address_holds_only_differences_from_the_defaults(
    case: tuple[Mapping[str, Sequence[str]], Selection],
) -> None:
    _, selection = case
    assert TOTAL not in selection.address().values()
    assert "number" not in selection.address().values()


def test_showing_everything_leaves_the_address_empty() -> None:
    assert Selection().address() == {}
    assert Selection(sex="F", measure="share").address() == {"sex": "F", "measure": "share"}


@given(
    offers,
    st.dictionaries(
        st.sampled_from([*DIMENSIONS, "measure", "address", "__class__"]) | st.text(), st.text()
    ),
)
def test_no_address_can_choose_a_code_that_is_not_offered(
    offer: Mapping[str, Sequence[str]], parameters: dict[str, str]
) -> None:
    selection, unmet = read_address(parameters, offer)
    assert all(code in offer.get(dimension, ()) for dimension, code in selection.chosen().items())
    assert selection.measure in MEASURES
    # Every parameter was either met as it stands or is named.
    for name, value in parameters.items():
        if name in unmet or not meant(name, NAMES):
            continue
        assert getattr(selection, name) == value.replace(" ", "+")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "XX",
        "ms",
        "MS ",
        "MS,DA",
        "_t",
        "All crime types",
        "' or 1=1 --",
        "<script>alert(1)</script>",
        "\N{NULL}",
        "_NK",
    ],
)
def test_a_tampered_value_falls_back_to_everything_and_is_named(value: str) -> None:
    assert read_address({"crime_type": value, "sex": "F"}, OFFER) == (
        Selection(sex="F"),
        ("crime_type",),
    )


@pytest.mark.parametrize("value", ["", "percent", "Share", "_T", "value"])
def test_a_tampered_measure_falls_back_to_numbers_and_is_named(value: str) -> None:
    assert read_address({"measure": value}, OFFER) == (Selection(), ("measure",))


@pytest.mark.parametrize(
    "name", ["Sex", "sexes", "gender", "release", "nationality", "country", "outcome"]
)
def test_a_parameter_of_ours_that_the_page_does_not_offer_is_named_and_changes_nothing(
    name: str,
) -> None:
    assert read_address({name: "M", "sex": "M"}, OFFER) == (Selection(sex="M"), (name,))


@pytest.mark.parametrize("name", ["utm_source", "fbclid", "ref", "code", "", "x" * 100])
def test_a_parameter_that_others_added_is_ignored_without_a_note(name: str) -> None:
    assert read_address({name: "M", "sex": "M"}, OFFER) == (Selection(sex="M"), ())


@pytest.mark.parametrize("value", ["_T,M", "M,_T", "_T,_NK"])
def test_the_total_is_not_compared_with_its_parts(value: str) -> None:
    assert read_address({"sex": value}, OFFER, own="sex") == (Selection(), ("sex",))
    assert fault("sex", [value], own="sex") is Fault.UNKNOWN


def test_a_plus_that_was_not_escaped_is_read_as_a_plus() -> None:
    assert read_address({"age_band": "60 "}, {"age_band": ["60+"]}) == (
        Selection(age_band="60+"),
        (),
    )


def test_several_faults_are_all_named_in_the_order_of_the_address() -> None:
    parameters = {"crimetype": "1", "sex": "X", "measure": "X"}
    assert read_address(parameters, OFFER)[1] == ("crimetype", "sex", "measure")


def test_the_defaults_may_be_given_by_name() -> None:
    assert read_address({"sex": TOTAL, "measure": "number"}, OFFER) == (Selection(), ())


def test_a_selection_cannot_be_changed_and_two_alike_are_one_key() -> None:
    first, second = Selection(sex="F"), Selection().choosing("sex", "F")
    assert len({first, second}) == 1
    with pytest.raises(FrozenInstanceError):
        first.sex = "M"  # type: ignore[misc]


# Periods and releases: the first offered is what is shown where nothing was chosen

SERIES = {
    **OFFER,
    "period": ["2020-21", "2021-22", "2020-Q2"],
    "release": ["2020-21", "example"],
}


def test_a_period_and_a_release_are_in_the_address_by_their_codes() -> None:
    selection = Selection(sex="F", period="2020-Q2", release="example")
    assert selection.address() == {"sex": "F", "period": "2020-Q2", "release": "example"}
    assert read_address(selection.address(), SERIES) == (selection, ())


def test_the_first_period_and_release_are_the_defaults() -> None:
    assert read_address({"period": "2020-21", "release": "2020-21"}, SERIES) == (Selection(), ())
    assert Selection().address() == {}


@pytest.mark.parametrize(
    ("name", "value"), [("period", "_T"), ("period", ""), ("release", "_T"), ("release", "2019-20")]
)
def test_periods_and_releases_have_no_total_and_unknown_ones_are_named(
    name: str, value: str
) -> None:
    assert read_address({name: value, "sex": "F"}, SERIES) == (Selection(sex="F"), (name,))


def test_a_period_does_not_change_the_chosen_dimensions() -> None:
    assert Selection(period="2020-Q2", release="example").chosen() == {}
    assert set(Selection(period="2020-Q2").codes()) == set(DIMENSIONS)
