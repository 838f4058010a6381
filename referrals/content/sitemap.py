"""Every page of the site: its address, its words in the tab and in search results, its place in the menu, and its script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from referrals.page_meta import PageHead

SITE: Final = "Victim referrals"
STATISTICS, UNDERSTANDING, ABOUT = "Statistics", "Understanding", "About the data"

PAGES: Final[Mapping[PageHead, str]] = {
    PageHead(
        "/",
        "Victims of crime referred to Immigration Enforcement",
        "How many victims of crime UK police referred to Home Office Immigration Enforcement, who they were, and what is "
        "not known.",
        STATISTICS,
        "Overview",
    ): "pages/overview.py",
    PageHead(
        "/nationality",
        "Nationality",
        "Victim referrals by nationality, April 2020 to March 2021.",
        STATISTICS,
        draws_charts=True,
    ): "pages/nationality.py",
    PageHead(
        "/age",
        "Age",
        "Victim referrals by age, April 2020 to March 2021.",
        STATISTICS,
        draws_charts=True,
    ): "pages/age.py",
    PageHead(
        "/sex",
        "Sex",
        "Victim referrals by sex, and by sex and crime type.",
        STATISTICS,
        draws_charts=True,
    ): "pages/sex.py",
    PageHead(
        "/crime-type",
        "Crime type",
        "Victim referrals by crime type: modern slavery, domestic abuse and other.",
        STATISTICS,
        draws_charts=True,
    ): "pages/crime_type.py",
    PageHead(
        "/trends",
        "Trends and context",
        "Other official figures over time, and why none of them counts the same thing as victim referrals.",
        STATISTICS,
        draws_charts=True,
    ): "pages/trends.py",
    PageHead(
        "/data-sharing",
        "How data sharing works",
        "What happens when police pass on the details of a victim, as the Home Office described it in 2021.",
        UNDERSTANDING,
    ): "pages/data_sharing.py",
    PageHead(
        "/safeguarding",
        "Safeguarding and support",
        "Help lines, and what each part of the system must do.",
        UNDERSTANDING,
    ): "pages/safeguarding.py",
    PageHead(
        "/equality",
        "Equality",
        "What the assessment says for each protected characteristic.",
        UNDERSTANDING,
    ): "pages/equality.py",
    PageHead(
        "/gaps",
        "What is not known",
        "What the published figures leave out, and who to ask.",
        UNDERSTANDING,
    ): "pages/gaps.py",
    PageHead(
        "/figures-check",
        "Do the figures add up?",
        "Every piece of arithmetic between the published figures, with its working.",
        ABOUT,
    ): "pages/figures_check.py",
    PageHead(
        "/releases",
        "Releases and downloads",
        "Every release with its files, the data for programs, and how to hear of new releases.",
        ABOUT,
    ): "pages/releases.py",
    PageHead(
        "/disclosure",
        "How we protect people",
        "Why small numbers are protected, how, and how anyone can check it.",
        ABOUT,
    ): "pages/disclosure.py",
    PageHead(
        "/glossary", "Glossary", "What the words and symbols mean.", ABOUT
    ): "pages/glossary.py",
    PageHead(
        "/about",
        "About this site",
        "Methods, accessibility, privacy, licence and corrections.",
        ABOUT,
    ): "pages/about.py",
}

AT: Final[Mapping[str, PageHead]] = {head.path.strip("/"): head for head in PAGES}
"""Every page by its path without slashes, as Streamlit has it."""
