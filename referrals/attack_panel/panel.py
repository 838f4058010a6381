"""The page of the attack panel, run by `streamlit run` from the command `explore`.

It is for the publisher's own machine: it may show true counts. So it is a package of its own,
which the site does not import and its image does not hold.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from referrals.attack_panel.attacked_year import (
    ERROR,
    MOST_DIMENSIONS,
    TRUE,
    AttackedYear,
    announced_error,
    narrow,
    utility,
)
from referrals.errors import ReferralsError
from referrals.publishing.audit import public_release
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes
from referrals.publishing.history import true_counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import PROTECTION_WIDTH

MOST_BARS: Final = 40
"""The most sums that the chart draws, those with the smallest numbers."""

SHOWN_COLOUR: Final = "#1d4f7c"
TRUE_COLOUR: Final = "#b35900"
RANGE_COLOUR: Final = "#9aa7b3"


@st.cache_resource(show_spinner="Reading the release")
def attacked(folder: str, year: str) -> AttackedYear:
    """Return one year of a release with its witnesses added up."""
    release = public_release.read(Path(folder))
    return AttackedYear(release, release.years[year])


def draw(folder: Path, private: Path | None) -> None:
    """Draw the page for a release. `private` is the folder with the counts behind it, if any."""
    release = public_release.read(folder)
    st.title(f"Attack panel: {release.release_id}")
    st.caption(
        "For the publisher alone. The page runs on this machine and sends nothing. "
        "Ranges come from the public files; errors come from the private folder."
    )
    year = st.selectbox("Year", list(release.years))
    dimensions = st.multiselect(
        "Dimensions of the table",
        FINEST,
        default=["nationality", "sex"],
        max_selections=MOST_DIMENSIONS,
        format_func=lambda name: name.replace("_", " "),
    )
    if not dimensions:
        st.info("Choose at least one dimension.")
        return
    dimensions = [name for name in FINEST if name in dimensions]
    year_attacked = attacked(str(folder), year)
    true = _true_counts(release, private, year)
    table = year_attacked.table(dimensions, true)
    if year in release.held_back:
        st.warning(
            f"Later changes to the records of {year} are held back. Ranges and errors here are "
            "those of the records that the release shows."
        )
    _draw_summary(table, announced=announced_error(release, release.years[year], dimensions))
    _draw_chart(table, dimensions)
    _draw_table(table)
    _draw_solver(year_attacked, table, dimensions)


def _true_counts(
    release: PublicRelease, private: Path | None, year: str
) -> Mapping[Codes, int] | None:
    if private is None:
        return None
    counts = true_counts.of_release(private, release.folder, year)
    if counts is None:
        st.warning(
            f"{private} has no counts for {release.release_id}, {year}. Only ranges are shown."
        )
    return counts


def _draw_summary(table: pd.DataFrame, *, announced: int) -> None:
    risk, use = st.columns(2)
    with risk:
        st.subheader("Ranges left to an attacker")
        weak = narrow(table)
        st.metric("Sums in the table", f"{len(table):,}")
        st.metric(
            f"Small sums whose range is below {PROTECTION_WIDTH}",
            f"{len(weak):,}",
            help="The published witnesses show this range. The solver may find a wider one.",
        )
        if len(weak):
            st.dataframe(weak, hide_index=True)
    with use:
        st.subheader("Precision for a reader")
        st.metric("Largest error that the release announces", announced)
        if ERROR in table:
            errors = utility(table)
            st.metric("Mean error of sums that are not 0", f"{errors.mean:.2f}")
            st.metric("Largest error", errors.largest)
            st.metric("Exact sums", f"{errors.exact_share:.0%}")


def _draw_chart(table: pd.DataFrame, dimensions: list[str]) -> None:
    occupied = table[(table["shown"] > 0) | (table["high"] > 0)]
    rows = occupied.nsmallest(MOST_BARS, ["shown", "width"])
    if rows.empty:
        return
    labels = rows[dimensions].agg(", ".join, axis=1)
    figure = go.Figure()
    figure.add_bar(
        y=labels,
        x=rows["high"] - rows["low"],
        base=rows["low"],
        orientation="h",
        marker_color=RANGE_COLOUR,
        name="Range left to an attacker",
    )
    figure.add_scatter(
        y=labels, x=rows["shown"], mode="markers", marker_color=SHOWN_COLOUR, name="Published"
    )
    if TRUE in rows:
        figure.add_scatter(
            y=labels,
            x=rows[TRUE],
            mode="markers",
            marker={"color": TRUE_COLOUR, "symbol": "diamond-open", "size": 9},
            name="True count",
        )
    figure.update_layout(
        height=120 + 22 * len(rows),
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        xaxis={"title": "Referrals", "rangemode": "tozero"},
        yaxis={"autorange": "reversed"},
        legend={"orientation": "h"},
    )
    st.subheader(f"The {len(rows)} smallest sums")
    st.plotly_chart(figure, config={"displaylogo": False, "displayModeBar": False})


def _draw_table(table: pd.DataFrame) -> None:
    with st.expander("Every sum of the table"):
        st.dataframe(table, hide_index=True)


def _draw_solver(year_attacked: AttackedYear, table: pd.DataFrame, dimensions: list[str]) -> None:
    st.subheader("Ask the solver about one sum")
    rows = [tuple(row) for row in table[dimensions].itertuples(index=False)]
    chosen = st.selectbox("Sum", rows, format_func=", ".join)
    if st.button("Find its range"):
        with st.spinner("Searching every table that the release allows"):
            interval = year_attacked.interval(dimensions, chosen)
        st.write(f"From {interval.low:,} to {interval.high:,}, {interval.width:,} wide.")


def main() -> None:
    """Read the folders after `--` and draw the page, or the error."""
    parser = argparse.ArgumentParser()
    parser.add_argument("release", type=Path)
    parser.add_argument("--private", type=Path)
    options = parser.parse_args(sys.argv[1:])
    st.set_page_config(page_title="Attack panel", layout="wide")
    try:
        draw(options.release, options.private)
    except ReferralsError as error:
        st.error(str(error))


if __name__ == "__main__":
    main()
