"""Content codings: the one that the client prefers is sent, and never one that it refuses."""

import gzip

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.web.http.content_encoding import IDENTITY, SUFFIXES, Encoded, choose


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", IDENTITY),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;Q=1", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0.8, gzip;q=0.8", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", IDENTITY),
        ("br;q=0.2, identity;q=0.7", IDENTITY),
        ("br, identity", "br"),
        ("*", "br"),
        ("br;q=0, *;q=0.3", "gzip"),
        ("*;q=0", IDENTITY),
        ("deflate, zstd", IDENTITY),
        ("identity", IDENTITY),
        ("br;q=much", IDENTITY),
        ("br;q=nan", IDENTITY),
        ("br;q=-1", IDENTITY),
        ("br ; q = 0.9 , gzip ; q = 1", "gzip"),
    ],
)
def test_the_preferred_coding_is_chosen(header: str, form: str) -> None:
    assert choose(header) == form


def test_an_unavailable_coding_is_not_chosen() -> None:
    assert choose("br, gzip;q=0.5", ("gzip",)) == "gzip"
    assert choose("br, gzip", ()) == IDENTITY


@given(st.text(st.sampled_from("br gzip*;q=0.15,identity")))
def test_no_header_raises_or_gives_an_unknown_coding(header: str) -> None:
    assert choose(header) in {IDENTITY, *SUFFIXES}


@given(st.binary(max_size=500))
def test_every_coding_decodes_to_the_original(body: bytes) -> None:
    forms = Encoded(body)
    assert (
        forms.body(IDENTITY)
        == brotli.decompress(forms.body("br"))
        == gzip.decompress(forms.body("gzip"))
        == body
    )
