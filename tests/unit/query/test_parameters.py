"""Parameters of addresses: ours and slips of ours are told from those that others add."""

from __future__ import annotations

import pytest

from referrals.api.request import NAMES
from referrals.query.parameters import meant

STRANGERS = [
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id",
    "utm_source_platform", "utm_creative_format", "fbclid", "gclid", "gclsrc", "dclid",
    "gbraid", "wbraid", "gad_source", "msclkid", "mc_cid", "mc_eid", "igshid", "igsh",
    "twclid", "ttclid", "yclid", "li_fat_id", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok",
    "oly_enc_id", "vero_id", "ref", "referrer", "ref_src", "source", "src", "from", "via",
    "s", "t", "si", "sid", "spm", "xtor", "at_medium", "ncid", "cmpid", "share", "feature",
    "app", "amp", "hl", "lang", "_", "v", "cb", "ts", "time", "nocache", "rand", "token",
    "session", "trk", "smid", "wt.mc_id",
]  # fmt: skip


@pytest.mark.parametrize("name", STRANGERS)
def test_a_parameter_that_others_add_to_links_is_not_a_slip_of_ours(name: str) -> None:
    assert meant(name, NAMES) == ""


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *zip(NAMES, NAMES, strict=True),
        ("Sex", "sex"),
        ("sex[]", "sex"),
        ("sexe", "sex"),
        ("gender", "sex"),
        ("age", "age_band"),
        ("age-band", "age_band"),
        ("ageband", "age_band"),
        ("crime", "crime_type"),
        ("crimtype", "crime_type"),
        ("nation", "nationality"),
        ("nationalty", "nationality"),
        ("country", "nationality"),
        ("year", "period"),
        ("fformat", "format"),
        ("limitt", "limit"),
        ("page", "offset"),
        ("seriess", "series"),
    ],
)
def test_a_slip_of_one_of_our_names_is_recognised(typed: str, name: str) -> None:
    assert meant(typed, NAMES) == name
