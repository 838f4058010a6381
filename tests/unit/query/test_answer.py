"""Answers of the published year: numbers, ranges, shares, and numbers that nobody published."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from referrals.cards.wording import phrases
from referrals.formatting import percent
from referrals.query import kinds
from referrals.query.answer import Answer
from referrals.query.document import context_series
from referrals.query.document.statements import statements, text_figures
from referrals.query.labels import labels
from referrals.query.observation import Share
from referrals.query.selection import Selection
from referrals.reference.codelists import DIMENSIONS, codelist
from referrals.release.release import Release


def named(value: object) -> str:
    """A selection, in the name of a test, as its address has it; other values name themselves."""
    return (
        "&".join(value.address().values()) or "everything"
        if isinstance(value, Selection)
        else str(value)
    )


NOT_PUBLISHED = "not published"

EVERYTHING = Selection()
SLAVERY, ABUSE, OTHER = (Selection(crime_type=code) for code in ("MS", "DA", "OTH"))
THREE, REST = (Selection(nationality=code) for code in ("_TOP3", "_OTH"))
MALE, FEMALE, UNKNOWN = (Selection(sex=code) for code in ("M", "F", "_NK"))

# Each number and range is worked by hand from the printed figures.
SHOWN = [
    (
        "nationality",
        EVERYTHING,
        {"VNM": "237", "ALB": "168", "CHN": "109", "_OTH": "822", "_NK": NOT_PUBLISHED},
    ),
    ("nationality", SLAVERY, {"_TOP3": "430 to 434", "_OTH": "344 to 356", "_NK": NOT_PUBLISHED}),
    ("age_band", EVERYTHING, {"0-17": "145", "18+_NK": "1,191", "20-39": "at least 669"}),
    ("sex", EVERYTHING, {"M": "706", "F": "425", "_NK": "194 to 205"}),
    ("sex", SLAVERY, {"M": "447", "F": "210", "_NK": "121 to 129"}),
    ("sex", ABUSE, {"M": "45", "F": "147", "_NK": "18 to 20"}),
    ("sex", OTHER, {"M": "214", "F": "68", "_NK": "45 to 66"}),
    (
        "crime_type",
        EVERYTHING,
        {"MS": "778 to 786", "DA": "210 to 212", "OTH": "338 to 348", "_NK": NOT_PUBLISHED},
    ),
    (
        "crime_type",
        THREE,
        {"MS": "430 to 434", "DA": NOT_PUBLISHED, "OTH": NOT_PUBLISHED, "_NK": NOT_PUBLISHED},
    ),
    (
        "crime_type",
        REST,
        {"MS": "344 to 356", "DA": NOT_PUBLISHED, "OTH": NOT_PUBLISHED, "_NK": NOT_PUBLISHED},
    ),
    ("crime_type", MALE, {"MS": "447", "DA": "45", "OTH": "214", "_NK": NOT_PUBLISHED}),
    ("crime_type", FEMALE, {"MS": "210", "DA": "147", "OTH": "68", "_NK": NOT_PUBLISHED}),
    (
        "crime_type",
        UNKNOWN,
        {"MS": "121 to 129", "DA": "18 to 20", "OTH": "45 to 66", "_NK": NOT_PUBLISHED},
    ),
]

# What each page may break its dimension down by.
OFFERED: dict[str, dict[str, list[str]]] = {
    "nationality": {"crime_type": ["MS"]},
    "age_band": {},
    "sex": {"crime_type": ["MS", "DA", "OTH"]},
    "crime_type": {"nationality": ["_TOP3", "_OTH"], "sex": ["M", "F", "_R", "_NK"]},
    "outcome": {},
}

# Nobody published these together, though each is offered alone.
UNPUBLISHED = [
    ("crime_type", Selection(nationality="_TOP3", sex="M")),
    ("crime_type", Selection(nationality="_OTH", sex="_NK")),
    ("crime_type", Selection(age_band="0-17")),
    ("sex", THREE),
    ("nationality", FEMALE),
    ("age_band", SLAVERY),
    ("outcome", EVERYTHING),
    ("outcome", SLAVERY),
]


def codes(answer: Answer) -> list[str]:
    return [observation.code for observation in answer.observations]


@pytest.mark.parametrize(("dimension", "selection", "shown"), SHOWN, ids=named)
def test_each_row_shows_its_count_its_range_or_that_there_is_none(
    release: Release, dimension: str, selection: Selection, shown: dict[str, str]
) -> None:
    answer = kinds.of(release).answer(dimension, selection)
    assert {
        observation.code: phrases.number(observation) for observation in answer.observations
    } == shown


def test_rows_are_in_the_order_of_the_codelist_and_never_of_size(release: Release) -> None:
    assert codes(kinds.of(release).answer("crime_type", EVERYTHING)) == [
        "MS",
        "DA",
        "OTH",
        "_NK",
    ]
    assert codes(kinds.of(release).answer("nationality", EVERYTHING)) == [
        "VNM",
        "ALB",
        "CHN",
        "_OTH",
        "_NK",
    ]


@pytest.mark.parametrize(
    ("selection", "code", "recorded", "of_all"),
    [
        (EVERYTHING, "M", Fraction(706, 1131), ("52.8%", "68.2%")),
        (EVERYTHING, "F", Fraction(425, 1131), ("31.8%", "47.2%")),
        (ABUSE, "F", Fraction(147, 192), ("69.3%", "78.8%")),
        (ABUSE, "M", Fraction(45, 192), ("21.2%", "30.7%")),
        (SLAVERY, "M", Fraction(447, 657), ("56.9%", "73.3%")),
    ],
)
def test_a_share_by_sex_is_of_those_recorded_with_a_range_over_those_who_are_not(
    release: Release, selection: Selection, code: str, recorded: Fraction, of_all: tuple[str, str]
) -> None:
    share = kinds.of(release).answer("sex", selection).observation(code).share
    assert share is not None
    assert share.of_recorded == recorded
    assert (percent(share.lower, 1), percent(share.upper, 1)) == of_all


def test_the_three_nationalities_are_54_7_to_55_8_percent_of_modern_slavery(
    release: Release,
) -> None:
    share = kinds.of(release).answer("nationality", SLAVERY).observation("_TOP3").share
    assert share == Share(Fraction(430, 786), Fraction(434, 778))
    assert (percent(Fraction(430, 786), 1), percent(Fraction(434, 778), 1)) == ("54.7%", "55.8%")


def test_a_share_of_something_else_than_sex_is_of_everyone(release: Release) -> None:
    share = kinds.of(release).answer("nationality", EVERYTHING).observation("VNM").share
    assert share == Share(Fraction(237, 1336), Fraction(237, 1336))


def test_no_share_leaves_0_to_100_percent_or_turns_round(answers: tuple[Answer, ...]) -> None:
    for answer in answers:
        for found in answer.observations:
            if found.status != "x":
                share = found.share
                assert share is not None
                place = (answer.dimension, answer.within, found.code)
                assert 0 <= share.lower <= share.upper <= 1, place
                assert share.of_recorded is None or share.lower <= share.of_recorded <= share.upper


@pytest.mark.parametrize(
    ("selection", "recorded"),
    [(EVERYTHING, 1131), (SLAVERY, 657), (ABUSE, 192), (OTHER, 282)],
    ids=named,
)
def test_how_many_have_their_sex_recorded_is_known(
    release: Release, selection: Selection, recorded: int
) -> None:
    answer = kinds.of(release).answer("sex", selection)
    assert answer.recorded == recorded


def test_how_many_have_a_nationality_recorded_is_not_known(release: Release) -> None:
    assert kinds.of(release).answer("nationality", EVERYTHING).recorded is None


def test_an_aggregate_is_shown_only_if_one_of_its_members_is_missing(
    answers: tuple[Answer, ...],
) -> None:
    for answer in answers:
        listed = codelist(answer.dimension).codes
        shown = {observation.code: observation.status for observation in answer.observations}
        for code in shown:
            members = listed[code].members
            missing = [listed[member].label for member in members if shown.get(member, "x") == "x"]
            assert not members or missing, f"{code} repeats what its members say"
            assert set(missing) <= set(answer.unpublished)


def test_an_aggregate_is_hidden_if_all_its_members_have_counts(release: Release) -> None:
    assert "_TOP3" not in codes(kinds.of(release).answer("nationality", EVERYTHING))
    assert "_R" not in codes(kinds.of(release).answer("sex", EVERYTHING))


def test_the_members_that_an_aggregate_replaces_are_listed_as_unpublished(release: Release) -> None:
    assert kinds.of(release).answer("nationality", SLAVERY).unpublished == (
        "Vietnam",
        "Albania",
        "China",
    )
    assert kinds.of(release).answer("age_band", EVERYTHING).unpublished == (
        "18 and 19",
        "20 to 29",
        "30 to 39",
        "40 to 49",
        "50 to 59",
        "60 and over",
        "Age not recorded",
    )
    assert kinds.of(release).answer("sex", EVERYTHING).unpublished == ()


def test_a_part_of_another_aggregate_is_marked(release: Release) -> None:
    answer = kinds.of(release).answer("age_band", EVERYTHING)
    assert {observation.code for observation in answer.observations if observation.is_part} == {
        "20-39"
    }
    assert phrases.label(answer.observation("20-39")) == "of these, 20 to 39"


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_page_offers_exactly_the_filters_that_the_release_supports(
    release: Release, dimension: str
) -> None:
    offered = kinds.of(release).filters(dimension)
    assert {name: list(codes) for name, codes in offered.items()} == OFFERED[dimension]
    # The same by another way: from the release's own file of cells, which anyone can download.
    cells = pd.read_csv(release.folder / "cells.csv", dtype=str, keep_default_na=False)
    broken_down = cells[(cells["status"] != "x") & (cells[dimension] != "_T")]
    others = [name for name in DIMENSIONS if name != dimension]
    assert {
        name: sorted(set(broken_down[name]) - {"_T"})
        for name in others
        if set(broken_down[name]) - {"_T"}
    } == {name: sorted(codes) for name, codes in offered.items()}


def test_every_selection_offered_alone_has_something_to_show(release: Release) -> None:
    for dimension, offer in OFFERED.items():
        for name, codes in offer.items():
            for code in codes:
                assert (
                    kinds.of(release)
                    .answer(dimension, EVERYTHING.choosing(name, code))
                    .is_published
                )


@pytest.mark.parametrize(("dimension", "selection"), UNPUBLISHED, ids=named)
def test_what_nobody_published_is_x_and_never_0(
    release: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(release).answer(dimension, selection)
    assert not answer.is_published
    for observation in answer.observations:
        assert phrases.number(observation) == NOT_PUBLISHED
        numbers = (observation.value, observation.lower, observation.upper, observation.share)
        assert (observation.status, numbers) == ("x", (None, None, None, None))


def test_no_cell_of_the_release_that_is_not_published_holds_a_number(release: Release) -> None:
    cells = pd.read_csv(release.folder / "cells.csv", dtype=str, keep_default_na=False)
    missing = cells[cells["status"] == "x"]
    assert len(missing) > len(cells) / 2
    assert set(missing[["value", "lower", "upper"]].to_numpy().ravel()) == {""}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_dimensions_own_choice_is_left_out_of_its_answer(
    release: Release, dimension: str
) -> None:
    code = next(code for code in codelist(dimension).codes if code != "_T")
    answer = kinds.of(release).answer(dimension, EVERYTHING.choosing(dimension, code))
    assert answer.selection == EVERYTHING
    assert answer.within == ""


def test_a_selection_is_named_in_words(release: Release) -> None:
    assert (
        kinds.of(release).answer("crime_type", THREE).within
        == "Vietnam, Albania and China together"
    )


@pytest.mark.parametrize(
    ("dimension", "selection", "counted"),
    [
        ("sex", EVERYTHING, "1,336"),
        ("sex", ABUSE, "210 to 212"),
        ("crime_type", UNKNOWN, "194 to 205"),
        ("crime_type", Selection(nationality="_TOP3", sex="M"), NOT_PUBLISHED),
    ],
    ids=named,
)
def test_the_total_of_a_selection_is_in_words(
    release: Release, dimension: str, selection: Selection, counted: str
) -> None:
    assert phrases.number(kinds.of(release).answer(dimension, selection).total) == counted


def test_the_parts_of_a_dimension_can_add_up_to_its_total(answers: tuple[Answer, ...]) -> None:
    """If all parts are published, the total lies between the sums of their bounds."""
    checked = 0
    for answer in answers:
        parts = [
            observation for observation in answer.observations if observation.kind != "aggregate"
        ]
        published = [observation.bounds for observation in parts if observation.has_number]
        missing = {observation.code for observation in parts if not observation.has_number}
        if answer.total.has_number and not answer.unpublished and missing <= {"_NK"}:
            checked += 1
            least, most = answer.total.bounds
            place = (answer.dimension, answer.within)
            assert sum(lower for lower, _ in published) <= most, place
            assert sum(upper for _, upper in published) >= least, place
    assert checked >= 8


def test_every_code_that_a_row_can_have_has_a_label(
    release: Release, answers: tuple[Answer, ...]
) -> None:
    known = labels(release)
    for answer in answers:
        assert all(known[answer.dimension, code] for code in codes(answer))


def test_statements_are_in_the_requested_order_with_their_source(release: Release) -> None:
    found = statements(release, ["E036", "E002"])
    assert [
        (statement["statement_id"], statement["section"], statement["printed"])
        for statement in found
    ] == [
        ("E036", "3.8.2", "194"),
        ("E002", "2.1", "1,336"),
    ]
    assert {statement["publisher"] for statement in found} == {"Home Office"}


def test_the_youngest_and_the_oldest_age_can_be_shown_nowhere(release: Release) -> None:
    """One person could be either, so they stay in the ledger and out of the release."""
    assert statements(release, ["E017", "E018"]) == []
    assert not {"E017", "E018"} & set(text_figures(release))


def test_figures_are_named_by_statement_and_by_cell(release: Release) -> None:
    figures = text_figures(release)
    assert figures["E002"] == figures["cell:"] == "1,336"
    assert figures["cell:sex=_NK,crime_type=DA"] == "18 to 20"
    assert figures["cell:age_band=20-39"] == "at least 669"


def test_a_context_series_comes_with_its_oldest_period_and_its_oldest_vintage_first(
    release: Release,
) -> None:
    series = context_series.read(release, "nrm-years")
    assert series.series_id == "nrm-years"
    found = series.observations
    assert [observation.value for observation in found if observation.period_label == "2019"] == [
        10627,
        10616,
        10627,
        10611,
        10606,
    ]
    starts = [observation.period_start for observation in found]
    assert starts == sorted(starts)
