"""Sentences about answers: their numbers, no rank that a range cannot support, workings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.cards.wording import captions, phrases, transcribed
from referrals.cards.wording.phrases import Form
from referrals.cards.wording.transcribed import Transcribed
from referrals.formatting import count, percent
from referrals.i18n import messages
from referrals.language import ENGLISH, using
from referrals.paths import PUBLISHED
from referrals.query import kinds
from referrals.query.answer import Answer
from referrals.query.observation import Observation, Share
from referrals.query.selection import SHARE, Selection
from referrals.reference import statuses
from referrals.reference.codelists import DIMENSIONS, codelist
from referrals.release.release import Kind, Release
from tests.fixtures.examples import examples


def codes(dimension: str) -> list[str]:
    """The codes of a dimension that stand for one category each."""
    found = codelist(dimension).codes
    return [code for code, row in found.items() if row.kind == "category"]


# Parts of the finding of every selection on offer, worked by hand from the printed figures.
FINDINGS: list[tuple[str, dict[str, str], list[str]]] = [
    ("nationality", {}, ["Vietnam, Albania and China", "38%", "1,336"]),
    (
        "nationality",
        {"crime_type": "MS"},
        ["Vietnam, Albania and China", "55% to 56%", "778 to 786", "modern slavery"],
    ),
    ("age_band", {}, ["145", "1,336", "under 18", "11%"]),
    ("sex", {}, ["1,131", "62%", "38%", "194 to 205"]),
    ("sex", {"crime_type": "MS"}, ["657", "68%", "32%", "121 to 129", "modern slavery"]),
    ("sex", {"crime_type": "DA"}, ["192", "77%", "23%", "18 to 20", "domestic abuse"]),
    ("sex", {"crime_type": "OTH"}, ["282", "76%", "24%", "45 to 66"]),
    ("crime_type", {}, ["Modern slavery", "largest", "778 to 786", "1,336", "58% to 59%"]),
    (
        "crime_type",
        {"nationality": "_TOP3"},
        ["430 to 434", "514", "84%", "Vietnam, Albania and China"],
    ),
    (
        "crime_type",
        {"nationality": "_OTH"},
        ["344 to 356", "822", "42% to 43%", "all other or unrecorded nationalities"],
    ),
    ("crime_type", {"sex": "M"}, ["447", "706", "63%", "males"]),
    ("crime_type", {"sex": "F"}, ["210", "425", "49%", "females"]),
    ("crime_type", {"sex": "_R"}, ["657", "1,131", "58%", "sex recorded"]),
    ("crime_type", {"sex": "_NK"}, ["121 to 129", "194 to 205", "59% to 66%", "sex not recorded"]),
]


@pytest.mark.parametrize(("dimension", "chosen", "parts"), FINDINGS, ids=str)
def test_a_finding_has_the_numbers_worked_by_hand(
    release: Release, dimension: str, chosen: dict[str, str], parts: list[str]
) -> None:
    finding = Transcribed().finding(kinds.of(release).answer(dimension, Selection(**chosen)))
    assert [part for part in parts if part not in finding] == [], finding


def test_every_filter_on_its_own_has_a_finding_in_the_list_above(
    release: Release,
) -> None:
    offered = [
        (dimension, chosen)
        for dimension in ("nationality", "age_band", "sex", "crime_type")
        for chosen in (
            {},
            *(
                {name: code}
                for name, codes in kinds.of(release).filters(dimension).items()
                for code in codes
            ),
        )
    ]
    assert offered == [(dimension, chosen) for dimension, chosen, _ in FINDINGS]


def test_a_finding_holds_no_number_that_its_answer_does_not(answers: tuple[Answer, ...]) -> None:
    for answer in answers:
        finding = Transcribed().finding(answer)
        assert strange_numbers(finding, answer) == [], finding


def test_the_check_notices_a_number_that_is_not_in_the_answer(release: Release) -> None:
    answer = kinds.of(release).answer("sex", Selection())
    assert strange_numbers(f"{Transcribed().finding(answer)} That is 7% of 126,453.", answer) == [
        "7%",
        "126,453",
    ]


def test_findings_are_whole_sentences(answers: tuple[Answer, ...]) -> None:
    for answer in answers:
        finding = Transcribed().finding(answer)
        assert finding[0].isupper() or finding[0].isdigit()
        assert finding.endswith(".")
        assert not re.search(r"nan|None|  |\.\.|_|\bx\b", finding), finding


@pytest.mark.parametrize(
    ("dimension", "chosen"),
    [
        ("outcome", {}),
        ("crime_type", {"nationality": "_TOP3", "sex": "M"}),
        ("sex", {"nationality": "_OTH"}),
    ],
)
def test_a_finding_on_unpublished_numbers_says_so_and_has_no_number(
    release: Release, dimension: str, chosen: dict[str, str]
) -> None:
    finding = Transcribed().finding(kinds.of(release).answer(dimension, Selection(**chosen)))
    assert "does not publish" in finding
    assert not re.search(r"\d", finding)


def test_an_unpublished_total_is_not_named_as_the_base_of_shares(
    answers: tuple[Answer, ...],
) -> None:
    for answer in answers:
        if answer.total.status == "x":
            shares = replace(answer, selection=replace(answer.selection, measure=SHARE))
            assert "not published" not in captions.unit(shares), answer.within


@settings(max_examples=examples(30))
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 12)), min_size=2, max_size=5))
def test_a_group_is_called_the_largest_only_if_its_range_is_above_every_other(
    pairs: list[tuple[int, int]],
) -> None:
    ranges = [(low, low + width) for low, width in pairs]
    finding = Transcribed().finding(planted("crime_type", dict(zip("ABCDE", ranges, strict=False))))
    by_low = sorted(ranges, reverse=True)
    apart = max(high for _, high in by_low[1:]) < by_low[0][0]
    assert ("was the largest" in finding) == apart, finding
    if apart:
        assert finding.startswith("ABCDE"[ranges.index(by_low[0])])


def test_a_finding_on_overlapping_ranges_names_no_largest_group() -> None:
    finding = Transcribed().finding(planted("crime_type", {"Theft": (50, 60), "Fraud": (55, 58)}))
    assert "largest" in finding
    assert "No one group" in finding
    assert "Theft" not in finding


def test_a_finding_on_equal_counts_names_no_largest_group() -> None:
    assert "was the largest" not in Transcribed().finding(
        planted("crime_type", {"Theft": (50, 50), "Fraud": (50, 50)})
    )


def test_a_finding_on_overlapping_ranges_has_no_word_of_rank(
    answers: tuple[Answer, ...],
) -> None:
    for answer in answers:
        spans = sorted(row.bounds for row in answer.observations if row.has_number)
        overlap = len(spans) > 1 and spans[-1][0] <= max(high for _, high in spans[:-1])
        if (
            overlap and answer.dimension != "age_band"
        ):  # "20 to 39" is part of "18 and over": they overlap by nature
            assert not re.search(
                r"was the largest|most|more than|highest|top", Transcribed().finding(answer)
            )


@pytest.mark.parametrize(
    ("dimension", "by", "parts"),
    [
        (
            "sex",
            "crime_type",
            [
                "Where sex was recorded",
                "68% of modern slavery",
                "77% of domestic abuse",
                "76% of other or unst",
            ],
        ),
        ("crime_type", "sex", ["63%", "49%", "59% to 66%"]),
    ],
)
def test_a_crossed_finding_has_the_number_of_each_group(
    release: Release, dimension: str, by: str, parts: list[str]
) -> None:
    codes = kinds.of(release).filters(dimension)[by]
    finding = transcribed.cross_finding(
        dimension,
        [kinds.of(release).answer(dimension, Selection().choosing(by, code)) for code in codes],
    )
    assert [part for part in parts if part not in finding] == [], finding


def test_a_crossed_finding_names_a_group_that_is_the_largest_of_each_once(
    release: Release,
) -> None:
    by_sex = [
        kinds.of(release).answer("crime_type", Selection(sex=code)) for code in ("M", "F", "_NK")
    ]
    assert transcribed.cross_finding("crime_type", by_sex) == (
        "Modern slavery was 63% of referrals of males, 49% of referrals of females and "
        "59% to 66% of referrals with sex not recorded."
    )


def test_a_crossed_finding_names_a_group_again_after_another(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_sex = [
        kinds.of(release).answer("crime_type", Selection(sex=code)) for code in ("M", "F", "_NK")
    ]
    largest = iter(["MS", "DA", "MS"])
    monkeypatch.setattr(
        transcribed, "_published", lambda answer: [answer.observation(next(largest))]
    )
    assert transcribed.cross_finding("crime_type", by_sex) == (
        "Modern slavery was 63% of referrals of males, domestic abuse was 35% of referrals of "
        "females and modern slavery was 59% to 66% of referrals with sex not recorded."
    )


def test_a_crossed_finding_names_females_as_the_larger_group_in_domestic_abuse(
    release: Release,
) -> None:
    by_crime = [
        kinds.of(release).answer("sex", Selection(crime_type=code)) for code in ("MS", "DA")
    ]
    finding = transcribed.cross_finding("sex", by_crime)
    assert "females were 77% of domestic abuse" in finding
    assert re.search(r"\bmales were 68% of modern slavery", finding)


def test_workings_explain_every_number_that_is_not_printed(
    answers: tuple[Answer, ...],
) -> None:
    seen = 0
    for answer in answers:
        workings = captions.workings(answer)
        for row in answer.observations:
            start = f"{phrases.label(row)}:".casefold()
            mine = [text for text in workings if text.casefold().startswith(start)]
            assert len(mine) == (row.status in {"d", "e"}), (
                answer.dimension,
                answer.within,
                row.label,
            )
            if mine:
                seen += 1
                assert row.working.removesuffix(".") in mine[0]
                assert not mine[0].endswith("..")
    assert seen > 20


def test_a_working_within_a_column_begins_with_the_label_of_the_column(release: Release) -> None:
    answer = kinds.of(release).answer("sex", Selection(crime_type="OTH"))
    group = "Other or unstated crime"
    assert "Other or unstated crime, male: 706 − 45 − 447." in captions.workings(answer, group)
    assert captions.assumptions(answer, group)[0].startswith(
        "Other or unstated crime, male, assumed"
    )


def test_an_assumption_links_to_the_checks_and_numbers_that_it_names(release: Release) -> None:
    answer = kinds.of(release).answer("crime_type", Selection())
    slavery, _, other = captions.assumptions(answer)
    assert "fall 11 short of it ([R01](/s/R01)). With up to 11 others here: 778 to 799." in slavery
    assert "If they overlap: up to 558. Sex is recorded as in [D06](/s/D06)" in other


def test_notes_on_sex_link_to_the_arithmetic_only_if_the_counts_disagree(release: Release) -> None:
    everyone = Transcribed().notes(kinds.of(release).answer("sex", Selection()))
    assert any("(/figures-check)" in note for note in everyone)
    # Within a crime type nothing disagrees, so there is nothing to point to.
    assert not any(
        "(/figures-check)" in note
        for note in Transcribed().notes(kinds.of(release).answer("sex", Selection(crime_type="DA")))
    )


def test_notes_explain_the_types_of_crime_only_if_one_was_chosen(release: Release) -> None:
    plain, slavery = (
        kinds.of(release).answer("nationality", Selection(crime_type=code)) for code in ("_T", "MS")
    )
    about_crime = [note for note in Transcribed().notes(slavery) if "human trafficking" in note]
    assert len(about_crime) == 1
    assert not set(about_crime) & set(Transcribed().notes(plain))


def test_notes_name_the_groups_that_are_not_published(answers: tuple[Answer, ...]) -> None:
    for answer in answers:
        unpublished = [
            note for note in Transcribed().notes(answer) if note.startswith("Not published")
        ]
        assert len(unpublished) == bool(answer.unpublished)
        assert all(phrases.in_sentence(label) in unpublished[0] for label in answer.unpublished)


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("All other nationalities", "all other nationalities"),
        ("Vietnam, Albania and China together", "Vietnam, Albania and China"),
        ("Modern slavery", "modern slavery"),
        ("Other or unstated crime", "other or unstated crime"),
        ("Sex not recorded", "sex not recorded"),
        ("Age not recorded", "age not recorded"),
        ("18 and over, or age not stated", "18 and over, or age not stated"),
        ("of these, 20 to 39", "of these, 20 to 39"),
    ],
)
def test_a_label_inside_a_sentence_loses_its_capital(label: str, inside: str) -> None:
    assert phrases.in_sentence(label) == inside


def test_every_label_with_a_form_inside_a_sentence_is_the_label_of_a_code() -> None:
    published = tomllib.loads((PUBLISHED / "release.toml").read_text(encoding="utf-8"))
    labels = {code.label for name in DIMENSIONS for code in codelist(name).codes.values()}
    labels |= {label for of_codes in published["labels"].values() for label in of_codes.values()}
    prefix = "labels.in_sentence."
    keys = [key for key in messages.of(ENGLISH).own if key.startswith(prefix)]
    assert len(keys) > 20
    assert {key.removeprefix(prefix) for key in keys} <= labels


def test_the_name_of_a_country_keeps_its_capital_inside_a_sentence() -> None:
    countries = [
        code.label for code in codelist("nationality").codes.values() if code.kind == "category"
    ]
    assert len(countries) > 200
    assert [label for label in countries if phrases.in_sentence(label) != label] == []


def test_the_text_of_a_chart_begins_with_the_finding_and_has_every_bar(
    answers: tuple[Answer, ...],
) -> None:
    for answer in answers:
        rows = [(phrases.label(row), phrases.number(row)) for row in answer.observations]
        text = captions.chart_text(answer, rows)
        assert text.startswith(Transcribed().finding(answer))
        assert all(f"{label}: {number}" in text for label, number in rows)


@pytest.mark.parametrize(
    ("chosen", "title"),
    [
        ({}, "Victim referrals by sex"),
        ({"crime_type": "DA"}, "Domestic abuse referrals by sex"),
        (
            {"nationality": "_OTH"},
            "Victim referrals from all other or unrecorded nationalities by sex",
        ),
        ({"age_band": "0-17"}, "Victim referrals aged under 18 by sex"),
    ],
)
def test_a_title_names_the_selection(release: Release, chosen: dict[str, str], title: str) -> None:
    assert captions.title(kinds.of(release).answer("sex", Selection(**chosen))) == title


@pytest.mark.parametrize(
    ("share", "is_open", "shown"),
    [
        (Share(Fraction(1, 2), Fraction(1, 2)), False, "50%"),
        (Share(Fraction(430, 786), Fraction(434, 778)), False, "55% to 56%"),
        (Share(Fraction(1, 4), Fraction(3, 4), Fraction(1, 2)), False, "50%"),
        (Share(Fraction(669, 1336), Fraction(1191, 1336)), True, "over 50%"),
        (None, False, ""),
    ],
)
def test_a_share_is_a_number_a_range_an_open_end_or_nothing(
    share: Share | None, *, is_open: bool, shown: str
) -> None:
    counted = Observation("M", "Male", "category", 1, 1, 1, open_ended=is_open, share=share)
    assert phrases.share(counted) == shown


def test_every_letter_that_an_answer_can_have_is_explained(answers: tuple[Answer, ...]) -> None:
    letters = {letter for answer in answers for letter in answer.statuses}
    assert {"d", "e", "u", "x"} <= letters
    assert letters - {""} <= set(statuses.meanings())


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("code", codes("crime_type"))
def test_every_type_of_crime_has_a_subject(form: Form, code: str) -> None:
    chosen = replace(planted("sex", {}), selection=Selection(crime_type=code))
    label = codelist("crime_type").label(code)
    assert phrases.subject(chosen, form).casefold() == f"{label} referrals".casefold()


@pytest.mark.parametrize("code", codes("outcome"))
def test_every_outcome_has_a_subject(code: str) -> None:
    chosen = replace(planted("sex", {}), selection=Selection(outcome=code))
    label = codelist("outcome").label(code).lower()
    assert phrases.subject(chosen) == f"victim referrals with the outcome “{label}”"


@pytest.mark.parametrize("dimension", [*DIMENSIONS, "period"])
def test_every_dimension_has_a_name_in_sentences_and_in_columns(dimension: str) -> None:
    assert phrases.column(dimension).lower() == phrases.dimension(dimension)


@pytest.mark.parametrize(
    ("selection", "subject"),
    [
        (
            Selection(nationality="VNM", age_band="0-17", sex="F", crime_type="DA", outcome="NFA"),
            (
                "domestic abuse referrals of females from Vietnam aged under 18 "
                "with the outcome “no further action”"
            ),
        ),
        (
            Selection(nationality="_STL", age_band="18-19"),
            "victim referrals of stateless people aged 18 and 19",
        ),
        (
            Selection(nationality="_NK", age_band="_NK", sex="_NK", crime_type="_NK"),
            "victim referrals with nationality, age, sex and crime type not recorded",
        ),
        (
            Selection(crime_type="MS", outcome="_NK"),
            "modern slavery referrals with outcome not recorded",
        ),
    ],
)
def test_a_subject_has_every_choice_in_one_order(selection: Selection, subject: str) -> None:
    labels = {name: codelist(name).label(code) for name, code in selection.chosen().items()}
    answer = replace(planted("sex", {}), selection=selection, labels=labels)
    assert phrases.subject(answer) == subject


def strange_numbers(text: str, answer: Answer) -> list[str]:
    """The numbers of a text that are neither in an answer nor shares worked out from it."""
    known = {"18"}  # "under 18" is an age
    rows = [row for row in answer.observations if row.status != "x"]
    for one in (*rows, *([answer.total] if answer.total.status != "x" else [])):
        known |= {count(bound) for bound in one.bounds}
    shares = {row.code: row.share for row in rows if row.share is not None}
    for share in shares.values():
        parts = (share.lower, share.upper, share.of_recorded)
        known |= {percent(part) for part in parts if part is not None}
    named = [share for code, share in shares.items() if code[0] != "_" or code == "_TOP3"]
    if named and answer.dimension == "nationality":
        known.add(percent(sum((share.lower for share in named), Fraction(0))))
        known.add(percent(sum((share.upper for share in named), Fraction(0))))
    if answer.recorded is not None:
        known.add(count(answer.recorded))
    return [number for number in re.findall(r"\d[\d,]*%?", text) if number.strip(",") not in known]


def planted(dimension: str, ranges: Mapping[str, Sequence[int]]) -> Answer:
    """An answer with one category for each label and range, and a total that is their sum."""
    total = sum(high for _, high in ranges.values()) or 1
    observations = tuple(
        Observation(
            label,
            label,
            "category",
            None,
            low,
            high,
            "e",
            working="planted",
            share=Share(Fraction(low, total), Fraction(high, total)),
        )
        for label, (low, high) in ranges.items()
    )
    whole = Observation("_T", "All", "total", total, total, total)
    return Answer(dimension, Selection(), observations, whole, Kind.TRANSCRIBED)


# Other languages, and words that only a rare answer has


def without_number(answer: Answer, code: str) -> Answer:
    """The answer as a comparison of its codes, of which one is withheld."""
    withheld = {"value": None, "lower": None, "upper": None, "status": "c", "share": None}
    rows = [
        replace(row, **withheld) if row.code == code else row  # type: ignore[arg-type]
        for row in answer.observations
    ]
    return replace(answer, observations=tuple(rows), is_comparison=True)


@pytest.mark.parametrize(
    ("dimension", "code", "says"),
    [
        ("crime_type", "MS", "The number of modern slavery referrals is withheld."),
        ("nationality", "VNM", "The number from Vietnam is withheld."),
        ("sex", "F", "The number of females is withheld."),
    ],
)
def test_one_of_several_without_a_number_is_named_in_a_whole_sentence(
    release: Release, dimension: str, code: str, says: str
) -> None:
    answer = kinds.of(release).answer(dimension, Selection())
    assert says in captions.finding(without_number(answer, code))


@pytest.mark.parametrize("code", ["cy", "vi", "sq", "zh-Hans", "ur", "bn"])
def test_a_crime_without_a_number_is_named_in_each_language(release: Release, code: str) -> None:
    with using(code):
        answer = kinds.of(release).answer("crime_type", Selection())
        finding = captions.finding(without_number(answer, "MS"))
        crime = messages.text("wording.subject.inside.MS")
        expected = messages.text("wording.comparison.absent_of_crime", referrals=crime)
    assert expected in finding


@pytest.mark.parametrize(
    ("lower", "upper", "written"),
    [
        (Fraction(778, 1336), Fraction(799, 1336), "58% to 60%"),
        (Fraction(430, 514), Fraction(434, 514), "84%"),
        (Fraction(1, 4), Fraction(1, 4), "25%"),
    ],
)
def test_a_range_of_shares_is_one_percentage_if_both_ends_round_to_the_same(
    lower: Fraction, upper: Fraction, written: str
) -> None:
    assert phrases.percent_range(lower, upper) == written


@pytest.mark.parametrize(
    ("code", "written"),
    [("cy", "a, b, c"), ("vi", "a, b và c"), ("zh-Hans", "a、b和c"), ("ur", "a، b، اور c")],
)
def test_a_list_has_the_words_of_its_language_and_no_alternatives(code: str, written: str) -> None:
    with using(code):
        assert phrases.listed(["a", "b", "c"]) == written
