"""What the pages that show figures say before their figures, and which cards stand on them, in order.

The screens and the static pages both follow it, so that neither can say or leave out what the other does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Opening:
    """The heading and the lead sentence of a page."""

    heading: str
    lead: str


@dataclass(frozen=True)
class Topic(Opening):
    """The page of one dimension.

    `crossed_by` is the dimension within whose codes the published release is shown once more, and `relation` the piece of
    arithmetic that the page ends with, each '' where there is none.
    """

    dimension: str
    crossed_by: str = ""
    relation: str = ""


NATIONALITY: Final = Topic(
    "Nationality",
    "Which nationalities the people had who were referred, as far as it is published.",
    "nationality",
    relation="R11",
)
AGE: Final = Topic(
    "Age", "How old the people were who were referred, as they said when they were met.", "age_band"
)
SEX: Final = Topic(
    "Sex",
    "The sex of the people who were referred, as it was recorded. For many it was not.",
    "sex",
    crossed_by="crime_type",
    relation="R01",
)
CRIME_TYPE: Final = Topic(
    "Crime type",
    "What crimes the people who were referred were victims of.",
    "crime_type",
    crossed_by="sex",
)
TOPICS: Final = (NATIONALITY, AGE, SEX, CRIME_TYPE)

FIGURES_CHECK: Final = Opening(
    "Do the figures add up?",
    "The assessment prints its figures one by one, in sentences. This page puts them together and shows where they agree, "
    "where they do not, and what follows from them.",
)
WORKED_OUT: Final = "Numbers worked out from the printed ones"

TRENDS: Final = Opening(
    "Trends and context",
    "We could verify only one year of victim referrals, so no trend can be drawn from it. These figures come from other "
    "publications. None of them counts the same thing.",
)

RELEASES: Final = Opening(
    "Releases and downloads",
    "Everything this site shows, to take away. Each file is listed with its size and with what proves that it is whole.",
)

FIRST_SCREEN: Final[Mapping[str, str]] = {
    "nationality": "[More on nationality](/nationality)",
    "crime_type": "[More on crime type](/crime-type)",
    "sex": "[More on sex](/sex), and [how these counts compare with the total](/figures-check)",
    "age_band": "[More on age](/age)",
}
"""The dimensions on the overview, each with the way on to more."""
