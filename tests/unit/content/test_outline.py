"""The composition of pages: one for each page of the sitemap, interpreted in full."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from types import ModuleType

import pytest

from referrals.cards import context_series
from referrals.content import outline, sitemap
from referrals.dashboard import blocks, series
from referrals.dashboard import page as dashboard_page
from referrals.dashboard.topic_page import topic_html
from referrals.i18n import messages
from referrals.paths import ROOT
from referrals.release.release import Kind, Release
from referrals.static_site import pages as static_pages


def test_the_outline_and_the_sitemap_have_the_same_pages_in_the_same_order() -> None:
    assert [page.key for page in sitemap.every_page()] == list(outline.PAGES)


@pytest.mark.parametrize("key", [page.key for page in sitemap.drawn_by_streamlit()])
def test_a_page_begins_with_its_heading_and_has_one_end_for_each_release(
    key: str, release: Release
) -> None:
    from_records = replace(release.about, kind=Kind.ROUNDED)
    for about in (release.about, from_records):
        first, *_, last = outline.blocks(key, about)
        assert isinstance(first, outline.Heading | outline.Text)
        assert isinstance(last, outline.PageEnd)
        ends = [block for block in outline.blocks(key, about) if isinstance(block, outline.PageEnd)]
        assert len(ends) == 1


@pytest.mark.parametrize(
    ("key", "published", "from_records"),
    [
        (
            "sex",
            ["Heading", "Card", "Crossed", "PageEnd"],
            ["Heading", "Card", "Quarters", "PageEnd"],
        ),
        ("age", ["Heading", "Card", "PageEnd"], ["Heading", "Card", "Quarters", "PageEnd"]),
    ],
)
def test_a_block_is_left_out_of_pages_of_releases_that_it_is_not_for(
    key: str, published: list[str], from_records: list[str], release: Release
) -> None:
    names = [type(block).__name__ for block in outline.blocks(key, release.about)]
    assert names == published
    about = replace(release.about, kind=Kind.ROUNDED)
    assert [type(block).__name__ for block in outline.blocks(key, about)] == from_records


@pytest.mark.parametrize(
    "interpreter",
    [(dashboard_page, blocks, topic_html, series), (static_pages,)],
    ids=["dashboard", "static"],
)
def test_every_kind_of_block_has_a_case_in_each_interpreter(
    interpreter: tuple[ModuleType, ...],
) -> None:
    trees = [ast.parse(inspect.getsource(module)) for module in interpreter]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    kinds = {type(block).__name__ for page in outline.PAGES.values() for block in page}
    assert kinds <= named


def test_every_context_series_is_on_the_page_of_trends_in_the_order_of_their_designs() -> None:
    """The dashboard and the static site list the designs, of which each shows one at a time."""
    blocks_of_trends = outline.PAGES["trends"]
    named = [block.name for block in blocks_of_trends if isinstance(block, outline.ContextSeries)]
    assert named == list(context_series.DESIGNS)


@pytest.mark.parametrize("page", sitemap.drawn_by_streamlit(), ids=lambda page: page.key)
def test_the_script_of_a_page_draws_the_page_of_its_key_and_does_nothing_else(
    page: sitemap.Page,
) -> None:
    tree = ast.parse((ROOT / page.script).read_text(encoding="utf-8"))
    docstring, imported, call = tree.body
    assert isinstance(docstring, ast.Expr)
    assert ast.unparse(imported) == "from referrals.dashboard import page"
    assert ast.unparse(call) == f"page.draw('{page.key}')"


@pytest.mark.parametrize("key", outline.PAGES)
def test_a_page_with_a_heading_of_its_own_has_a_lead(key: str) -> None:
    if any(isinstance(block, outline.Heading) for block in outline.PAGES[key]):
        assert messages.text(f"leads.{key}").endswith(".")


def test_only_pages_whose_charts_need_plotly_say_so() -> None:
    charts = [page.key for page in sitemap.drawn_by_streamlit() if page.draws_charts]
    assert charts == ["trends"]


def test_each_topic_has_its_dimension_and_the_one_that_it_is_crossed_by() -> None:
    topics = [(topic.key, topic.dimension, topic.crossed_by) for topic in outline.TOPICS]
    assert topics == [
        ("nationality", "nationality", ""),
        ("age", "age_band", ""),
        ("sex", "sex", "crime_type"),
        ("crime-type", "crime_type", "sex"),
    ]
