"""The static site in other languages: complete, marked, with links that keep the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest

from referrals import language_fonts
from referrals.i18n import languages, states
from referrals.language import using
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.static_site import site
from referrals.static_site.links import served as served_at
from tests.fixtures.pseudo_languages import ARABIC, FRENCH, english_left, offered, translated
from tests.unit.static_site.test_pages import BASE, Parsed, lost, pages, texts

PAGES = [path.strip("/") for path in states.reader_path()["pages"]]
TRANSLATED_FIRST_PAGE, TRANSLATED_PAGE = 26_000, 92_000
"""The largest size of a page in bytes, before it is compressed: other scripts take two or three for
a letter, and a draft about safety has the English beside it."""

CHOOSE = "layout.menu"
"""A message on every page."""


@pytest.fixture(scope="module")
def made(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Every file of the site, with French and Arabic."""
    catalogues = {code: translated(code) for code in (FRENCH, ARABIC)}
    with offered(tmp_path_factory.mktemp("locale"), catalogues):
        yield texts(site.files(Served("alone", release, ()), served_at(BASE)))


@pytest.mark.slow
def test_each_page_of_the_path_exists_in_each_language(made: dict[str, str]) -> None:
    for code in (FRENCH, ARABIC):
        assert {f"{code}/{page}" for page in PAGES} == {
            name for name in made if name.startswith(f"{code}/")
        }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_leaves_no_english_unmarked(made: dict[str, str], page: str) -> None:
    with using(ARABIC):
        assert english_left(made[f"ar/{page}"]) == []


@pytest.mark.parametrize(("code", "direction"), [(FRENCH, "ltr"), (ARABIC, "rtl")])
def test_a_page_says_its_language_and_direction_first(
    made: dict[str, str], code: str, direction: str
) -> None:
    for page in PAGES:
        html = made[f"{code}/{page}"]
        assert html.startswith(f'<!DOCTYPE html>\n<html lang="{code}" dir="{direction}">')


def test_no_link_of_any_page_leads_nowhere(made: dict[str, str]) -> None:
    english = [link for link in lost(made, root="/lite/") if not link.startswith(("fr/", "ar/"))]
    assert lost(made, root="/lite/") == english, "a page in another language has a lost link"


def test_links_lead_to_the_same_language_or_to_the_full_site_in_it(made: dict[str, str]) -> None:
    overview = made["fr/"]
    assert '<a href="for-me">' in overview
    assert '<a href="/fr/claims">' in made["fr/"]
    assert 'href="../about"' in overview, "a page that French does not have is in English"
    assert '<a href="/fr/for-me">' in made["fr/for-me"], "the full version"


def test_each_page_offers_itself_in_every_language_by_its_own_name(made: dict[str, str]) -> None:
    links = '<a href="ar/age" lang="ar">العربية</a>'
    assert links in made["age"]
    here = '<a href="./age" lang="fr" hreflang="fr" aria-current="true">'
    assert here.replace("./", "") in made["fr/age"]
    assert '<a href="../age" lang="en-GB" hreflang="en-GB">English</a>' in made["fr/age"]
    assert '<a href="fr/" lang="fr">' in made["gaps"]


def test_search_engines_find_each_language_of_a_page_from_every_other(
    made: dict[str, str],
) -> None:
    alternates = "".join(
        f'<link rel="alternate" hreflang="{code}" href="{BASE}/lite/{place}">'
        for code, place in (("en-GB", "age"), ("fr", "fr/age"), ("ar", "ar/age"))
    )
    assert all(alternates in made[name] for name in ("age", "fr/age", "ar/age"))
    assert f'<link rel="canonical" href="{BASE}/lite/fr/age">' in made["fr/age"]
    assert f"<loc>{BASE}/lite/ar/</loc>" in made[site.SITEMAP]


@pytest.mark.usefixtures("made")
def test_the_full_site_links_to_the_low_data_version_in_its_language(release: Release) -> None:
    served = Served("alone", release, ())
    with using(FRENCH):
        own, *others = site.versions(served, BASE)
    assert (own.language, own.of("/age"), own.of("/gaps")) == ("", "/lite/fr/age", "/lite/gaps")
    assert [(other.language, other.of("/age")) for other in others] == [
        ("en-GB", "/lite/age"),
        ("ar", "/lite/ar/age"),
    ]


def test_a_draft_about_safety_has_the_english_of_each_section_beside_it(
    made: dict[str, str],
) -> None:
    html = made["fr/for-me"]
    folds = re.findall(
        r'<details class="english-beside"><summary>(.*?)</summary>'
        r'<div lang="en-GB" dir="ltr">(.*?)</div></details>',
        html,
        re.DOTALL,
    )
    assert len(folds) >= html.count('<h2 id="')
    assert "They do not have to. It is their choice (section 1)." in html
    assert ' id="' not in "".join(english for _, english in folds)
    assert "english-beside" not in made["fr/data-sharing"]
    assert "english-beside" not in made["for-me"]


def test_every_draft_says_that_no_person_has_checked_it(made: dict[str, str]) -> None:
    says = "cômpûtêr trânslâtêd thîs pâgê. Nô pêrsôn hâs chêckêd ît."
    for page in PAGES:
        assert says in made[f"fr/{page}"], page
        assert "translated this page" not in made[page]


def test_numbers_follow_the_language_and_keep_their_order_from_right_to_left(
    made: dict[str, str],
) -> None:
    assert "1\u202f336" in made["fr/"]
    assert '<bdi dir="ltr">1,336</bdi>' in made["ar/"]
    telephone = '<a class="telephone" href="tel:08082000247"><bdi>0808 2000 247</bdi></a>'
    assert telephone in made["ar/safeguarding"]


def test_the_same_sections_and_anchors_are_on_a_page_in_every_language(
    made: dict[str, str],
) -> None:
    def anchors(html: str) -> list[str]:
        return re.findall(r'<h[23] id="([\w-]+)"', html)

    for page in ("for-me", "safeguarding", "data-sharing"):
        assert anchors(made[f"fr/{page}"]) == anchors(made[page]) != []


@pytest.fixture
def changed(release: Release, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The site after the English of a message and of a sentence about safety changed."""
    entries = {
        key: replace(entry, is_outdated=is_changed(entry.context, entry.english[0]))
        for key, entry in translated(FRENCH).items()
    }
    another = copy(release)  # the texts of a release are cached by its digest
    another.digest = "changed"
    with offered(tmp_path, {FRENCH: entries}):
        yield texts(site.files(Served("alone", another, ()), served_at(BASE)))


def is_changed(context: str, english: str) -> bool:
    return context == CHOOSE or english.startswith("They do not have to.")


def test_an_outdated_sentence_falls_back_to_english_everywhere_and_the_page_says_so(
    changed: dict[str, str],
) -> None:
    says = "Pârt ôf thîs pâgê îs shôwn în Ênglîsh"
    marked = (
        '<bdi lang="en-GB" dir="ltr">They do not have to. It is their choice (section 1).</bdi>'
    )
    assert marked in changed["fr/for-me"]
    assert says in changed["fr/for-me"]
    assert '<bdi lang="en-GB" dir="ltr">Menu</bdi>' in changed["fr/age"]
    assert says in changed["fr/age"]
    assert says not in changed["fr/safeguarding"], "only a message of its frame is outdated"


def test_only_a_language_that_needs_it_has_a_stylesheet_and_fonts_of_its_own() -> None:
    assert language_fonts.site_files("en") == language_fonts.site_files("vi") == {}
    urdu = language_fonts.site_files("ur")
    style = urdu[language_fonts.stylesheet_name("ur")].decode()
    named = set(re.findall(r"url\(([^)]+)\)", style))
    assert named == {name for name in urdu if name.endswith(".woff2")}
    assert sum(map(len, urdu.values())) < 50_000


def test_the_menu_of_every_page_has_the_fonts_of_its_names(
    offered_pages: dict[str, str],
) -> None:
    style = offered_pages[site.STYLESHEET]
    named = re.findall(r"url\((fonts/[^)]+\.woff2)\)", style)
    assert {name.partition("-")[0] for name in named} == {
        "fonts/NotoNaskhArabic",
        "fonts/NotoSansBengali",
    }
    assert set(named) <= {*language_fonts.site_files("ur"), *language_fonts.site_files("bn")}


@pytest.fixture(scope="module")
def offered_pages(release: Release) -> dict[str, str]:
    """The files of the site in the languages that readers can choose."""
    return texts(site.files(Served("alone", release, ())))


def test_the_pages_that_readers_can_choose_have_no_lost_link_and_are_small(
    offered_pages: dict[str, str],
) -> None:
    assert lost(offered_pages, root="/lite/") == []
    codes = languages.languages()[1:]
    sizes = {name: len(html.encode()) for name, html in pages(offered_pages).items()}
    assert max((sizes[f"{code}/"] for code in codes), default=0) < TRANSLATED_FIRST_PAGE
    assert {name: size for name, size in sizes.items() if size > TRANSLATED_PAGE} == {}


def test_only_the_page_for_frightened_readers_has_a_script_in_each_language(
    offered_pages: dict[str, str],
) -> None:
    running = {name: Parsed(html).running for name, html in pages(offered_pages).items()}
    scripts = {name for name, found in running.items() if "script" in found}
    assert scripts == {
        "for-me" if code == "en" else f"{code}/for-me" for code in languages.languages()
    }
