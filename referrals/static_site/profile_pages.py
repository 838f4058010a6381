"""The profile of a nationality: all that is published about it, on one page without a script.

It is served at its own address (`/nationality/VNM`) and is a page of the static site as well. Real
figures come first, then those of other publishers with the reasons why they are not comparable, and
then the questions that no figure answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.cards import context_series, registry
from referrals.cards.card import Card
from referrals.cards.charts import bars as charts
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.colours import Meaning
from referrals.cards.html import card as card_html
from referrals.cards.html import chart as card_chart
from referrals.cards.html import sources
from referrals.cards.wording import phrases
from referrals.content import sitemap
from referrals.content import standalone_pages as pages
from referrals.i18n import messages
from referrals.page_meta import PageHead
from referrals.query.document import context_series as query_series
from referrals.query.document import published_numbers
from referrals.query.selection import Selection
from referrals.questions import facts
from referrals.reference.codelists import codelist
from referrals.release.catalogue import Served
from referrals.release.release import Release

NATIONALITY: Final = "nationality"
THREE: Final[dict[str, str]] = {NATIONALITY: "_TOP3"}
OTHERS: Final[dict[str, str]] = {NATIONALITY: "_OTH"}
SLAVERY: Final = ("crime_type", "MS")
UNKNOWN: Final = ("sex", "age", "crime", "outcome", "force", "year", "witness")
TABLE: Final = "table"


def code_of(path: str) -> str:
    """Return the code in the address of a profile, '' for other pages."""
    return path.removeprefix(pages.PROFILES) if path.startswith(pages.PROFILES) else ""


def heads(served: Served) -> dict[str, PageHead]:
    """Return the head of each profile by the code of its nationality."""
    return {code: _head(code) for code in query_series.profiled(served.published)}


def cards(release: Release, code: str) -> list[Card]:
    """Return the cards of a profile: that of victim referrals, if it has one, then the others."""
    ours = []
    if query_series.profiled(release)[code].is_printed:
        ours = [registry.card(NATIONALITY, release, Selection(nationality=code))]
    return [*ours, *context_series.of_nationality(release, code)]


def main(served: Served, code: str, take_away: Callable[[Card], Markup]) -> Markup:
    """Return the main part of the profile of a code, with site-relative links.

    `take_away` returns the links to the files of a card.
    """
    release = served.published
    profile = query_series.profiled(release)[code]
    name, shown = _name(code), cards(release, code)
    return templates.render(
        "static_site/profile.html",
        title=_text("title", name=name),
        lead=_lead(release, code, profile.is_printed),
        words=_text,
        name=name,
        chart=_chart(release, code) if profile.is_printed else "",
        sentences=[*_sentences(release, code)]
        if profile.is_printed
        else [_in_others(release, code)],
        numbers=_numbers(release, code),
        number_address=pages.number_address,
        files=[take_away(card) for card in shown if not card.is_context],
        cards=[_card(card, take_away(card)) for card in shown if card.is_context],
        unknown=[_text(f"unknown.{each}") for each in UNKNOWN],
        links=_links(code),
        others=[
            (pages.profile_address(other), _listed(other, profile_of.is_printed))
            for other, profile_of in query_series.profiled(release).items()
            if other != code
        ],
    )


def unknown(served: Served) -> Markup:
    """Return the main part of the page for a code without a profile: those that have one."""
    listed = [
        (pages.profile_address(code), _listed(code, profile.is_printed))
        for code, profile in query_series.profiled(served.published).items()
    ]
    return templates.render("static_site/no_profile.html", words=_text, listed=listed)


def unknown_head() -> PageHead:
    """Return the head of the page for a code without a profile."""
    return PageHead(pages.PROFILES.rstrip("/"), _text("not_found"), _text("not_found"))


def _head(code: str) -> PageHead:
    name = _name(code)
    title, description = _text("title", name=name), _text("description", name=name)
    return PageHead(pages.profile_address(code), title, description)


def _name(code: str) -> str:
    return codelist(NATIONALITY).label(code)


def _listed(code: str, is_printed: bool) -> str:  # noqa: FBT001
    return _text("printed" if is_printed else "context_only", name=_name(code))


def _lead(release: Release, code: str, is_printed: bool) -> str:  # noqa: FBT001
    if not is_printed:
        return _text("lead_context", people=_people(code))
    return _text("lead_printed", name=_name(code), period=release.about.period_label)


def _people(code: str) -> str:
    """Return the words for the people of a nationality: 'Eritrean nationals'."""
    return messages.text(f"context.people.{code}")


def _sentences(release: Release, code: str) -> Iterator[str]:
    """Yield sentences on a nationality, and on the three that the release names."""
    name, codes = _name(code), {NATIONALITY: code}
    own, share = facts.count(release, codes), facts.share(release, (NATIONALITY, code), {})
    three, total = facts.count(release, THREE), facts.count(release, {})
    of_all = facts.share(release, (NATIONALITY, THREE[NATIONALITY]), {})
    slavery = facts.share(release, SLAVERY, THREE)
    if own and share and total:
        yield _text("counted", sentence=own.sentence, share=share.figure, total=total.figure)
    if three and of_all:
        names = phrases.listed(map(_name, _printed(release)))
        yield _text("three", names=names, n=three.figure, share=of_all.figure)
    if slavery:
        yield _text("slavery", share=slavery.figure, name=name)
    yield _text("not_ranked")


def _in_others(release: Release, code: str) -> str:
    others = facts.count(release, OTHERS)
    return _text("in_others", people=_people(code), n=others.figure if others else "")


def _printed(release: Release) -> list[str]:
    """Return the codes of the nationalities with a printed number, largest first."""
    found = [code for code, profile in query_series.profiled(release).items() if profile.is_printed]
    sizes = {code: _size(release, code) for code in found}
    return sorted(found, key=lambda code: -sizes[code])


def _size(release: Release, code: str) -> float:
    fact = facts.count(release, {NATIONALITY: code})
    return float(fact.upper) if fact else 0.0


def _chart(release: Release, code: str) -> Markup:
    """Return the bars of a nationality, of the three named ones together and of all."""
    groups: Mapping[str, Mapping[str, str]] = {
        _name(code): {NATIONALITY: code},
        _text("together"): THREE,
        _text("all"): {},
    }
    found = {label: facts.count(release, codes) for label, codes in groups.items()}
    bars = [
        Bar(label, fact.figure, float(fact.upper), float(fact.upper), _colour(label, code))
        for label, fact in found.items()
        if fact
    ]
    return charts.bar_chart(_text("chart", name=_name(code)), charts.scaled(bars))


def _colour(label: str, code: str) -> Meaning:
    return Meaning.NUMBER if label == _name(code) else Meaning.OTHER


def _numbers(release: Release, code: str) -> list[tuple[str, str]]:
    """Return the id and the title of each number on the page: of the group, the three and all."""
    shown: list[dict[str, str]] = [{NATIONALITY: code}, THREE, {**THREE, "crime_type": "MS"}]
    total = facts.count(release, {})
    return [
        (number.number_id, f"{number.title}: {number.shown}")
        for number in published_numbers.numbers(release).values()
        if number.subject == facts.VICTIMS
        and number.sentence
        and (dict(number.codes) in shown or (total and number.number_id == total.number_id))
    ]


def _card(card: Card, take_away: Markup) -> Markup:
    return templates.render(
        "static_site/card.html",
        head=card_html.head(card),
        warning=card_html.warning(card),
        bars=card_chart.html(card),
        table=card.table,
        notes=card_html.notes(card, folded=False),
        sources=sources.html(card),
        take_away=take_away,
    )


def _links(code: str) -> list[tuple[str, str]]:
    """Return the addresses of pages to go on to, with their names."""
    found = [("/nationality", _text("compare")), ("/trends?series=nationality", _text("trends"))]
    if sitemap.exists(TABLE):
        found.append((f"/{TABLE}?{NATIONALITY}={code}", _text("table")))
    return [*found, ("/gaps", _text("see_gaps"))]


def _text(key: str, **values: object) -> str:
    return messages.text(f"profiles.{key}", **values)
