"""Rebuild the fonts in `referrals/fonts`: subsets of Noto with the characters of our languages.

    python -m deploy.font_subsets FOLDER    # the folder of the full fonts, searched recursively

`make fonts` calls it with the folder of Debian's packages fonts-noto-core and fonts-noto-cjk. Urdu
and Bengali have every letter in use in their script. Chinese, with its tens of thousands of
characters, has only those of our messages, texts and country names, and is rebuilt when a
translation uses a new one: `tests/unit/test_language_fonts.py` fails until then.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from referrals import language_fonts
from referrals.i18n import translations
from referrals.language import locale_of

WEIGHTS: Final = ("Regular", "Bold")

_SPACES: Final = "\u0020\u00a0"
_JOINERS: Final = "\u200c\u200d"

URDU: Final = "".join(
    (
        *(_SPACES, _JOINERS, "\u060c\u061b\u061f\u06d4\u0640\u0670\u0679\u067e\u0686\u0688\u0691"),
        *map(chr, range(0x0621, 0x063B)),
        *map(chr, range(0x0641, 0x0657)),
        "\u0698\u06a9\u06af\u06ba\u06be\u06c0\u06c1\u06c2\u06c3\u06cc\u06d2\u06d3",
    )
)
BENGALI: Final = "".join(
    (_SPACES, _JOINERS, "\u0964\u0965\u25cc", *map(chr, range(0x0980, 0x0A00)))
)
CHINESE_PUNCTUATION: Final = "".join(
    (
        *map(chr, range(0x3000, 0x3020)),
        *map(chr, range(0xFF01, 0xFF5F)),
        "\u2014\u2018\u2019\u201c\u201d\u2026",
    )
)
CHINESE: Final = "zh-Hans"
FIRST_CHINESE: Final = "\u2e80"
"""The first character of Unicode's blocks for Chinese."""


@dataclass(frozen=True)
class Subset:
    """A font to make: the file of the whole one, its number in it, and the characters to keep.

    `has_web_font` means that pages offer it to readers whose device has none of the letters.
    """

    name: str
    source: str
    characters: str
    number: int = -1
    has_web_font: bool = True


def subsets() -> Iterator[Subset]:
    """Yield the fonts of every language in each weight."""
    for weight in WEIGHTS:
        name = f"NotoNaskhArabic-{weight}"
        yield Subset(name, f"{name}.ttf", URDU)
        name = f"NotoSansBengali-{weight}"
        yield Subset(name, f"{name}.ttf", BENGALI)
        source = f"NotoSansCJK-{weight}.ttc"
        yield Subset(f"NotoSansSC-{weight}", source, chinese(), number=2, has_web_font=False)


def chinese() -> str:
    """Return the characters of our Chinese, in order: translations, names of countries, dates."""
    locale = locale_of(CHINESE)
    texts = [form for entry in translations.catalogue(CHINESE).values() for form in entry.forms]
    texts += [str(name) for name in locale.territories.values()]
    texts += [str(name) for name in locale.months["format"]["wide"].values()]
    texts += [str(name) for name in locale.quarters["format"]["abbreviated"].values()]
    texts += ["年月日至"]
    used = {letter for text in texts for letter in text if letter >= FIRST_CHINESE}
    return "".join(sorted(used | set(CHINESE_PUNCTUATION)))


def write(wanted: Subset, source: Path) -> list[Path]:
    """Write a subset of a font, the same bytes each time, and return its files."""
    options = subset.Options()
    options.layout_features = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["DSIG", "BASE", "vhea", "vmtx", "VORG"]
    if source.suffix == ".ttc":
        font = TTCollection(source, lazy=True).fonts[wanted.number]
        options.layout_features = ["kern", "ccmp", "locl", "mark", "mkmk"]
    else:
        font = TTFont(source, lazy=True)
    font.recalcTimestamp = False
    maker = subset.Subsetter(options)
    maker.populate(text=wanted.characters)
    maker.subset(font)
    places = [language_fonts.FOLDER / f"{wanted.name}.{'otf' if 'CFF ' in font else 'ttf'}"]
    font.save(places[0])
    if wanted.has_web_font:
        places.append(language_fonts.FOLDER / f"{wanted.name}.woff2")
        font.flavor = "woff2"
        font.save(places[1])
    return places


def main(folder: Path) -> int:
    """Write every subset, and print the size of each file."""
    for wanted in subsets():
        found = sorted(folder.rglob(wanted.source))
        if not found:
            print(
                f"{wanted.source} is not below {folder}. On Debian: "
                "apt-get install fonts-noto-core fonts-noto-cjk",
                file=sys.stderr,
            )
            return 1
        for place in write(wanted, found[0]):
            print(f"{place.name}: {place.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
