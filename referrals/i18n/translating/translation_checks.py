"""The checks of one translation: placeholders, plural forms, links, numbers, length and terms.

Each check returns sentences for the translator. A translation that fails one is not imported, and
the tests run the same checks on the files of every language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from referrals.i18n import languages
from referrals.i18n.translating import glossary
from referrals.i18n.translating.glossary import Glossary
from referrals.i18n.translating.translatable import Source
from referrals.i18n.translations import plural_tags

SHORT: Final = 20
"""The most characters of an English text whose translation may have any length."""

WITHOUT_SPACES: Final = frozenset({"zh-Hans"})
"""The languages that put no space between words, nor after a separator."""

_PLACEHOLDER: Final = re.compile(r"\{[^{}\n]+\}")
_CITATION: Final = re.compile(r"\[@[^\]]+\]")
_LINK: Final = re.compile(r"\]\(([^)\s]*)\)")
_NUMBER: Final = re.compile(r"\d(?:[\d.,\u00a0\u202f]*\d)?")
_SEPARATORS: Final = re.compile(r"[.,\u00a0\u202f]")
_NO_WORDS: Final = re.compile(r"[\W\d_]*")
_BIDI_CONTROLS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SCRIPTS: Final[Mapping[str, str]] = {
    "zh-Hans": r"[\u4e00-\u9fff]",
    "ur": r"[\u0600-\u06ff]",
    "bn": r"[\u0980-\u09ff]",
}
"""The letters of the languages that are not written in Latin letters."""


def problems(
    source: Source, forms: Sequence[str], language: str, words: Glossary | None = None
) -> list[str]:
    """Return the faults of a translation as sentences; none if it can be used.

    `words` are the fixed terms of the language, None for those of its file.
    """
    words = glossary.glossary(language) if words is None else words
    tags = plural_tags(language) if source.count else ("other",)
    if len(forms) != len(tags):
        return [f"It has {len(forms)} forms, and needs {len(tags)}: {', '.join(tags)}."]
    found = []
    for tag, form in zip(tags, forms, strict=True):
        named = f"The form {tag!r}: " if len(tags) > 1 else ""
        found += [f"{named}{problem}" for problem in _problems(source, tag, form, language, words)]
    return found


def _problems(source: Source, tag: str, form: str, language: str, words: Glossary) -> Iterator[str]:
    if not form.strip():
        yield "It is empty."
        return
    yield from _wrong_pieces(source, tag, form)
    yield from _wrong_form(source, form, language)
    if not source.may_equal:
        yield from _untranslated(source, form, language)
    yield from _wrong_length(source, form, language)
    for term in glossary.missing(source.text, form, words):
        expected = " or ".join(f"“{word}”" for word in words[term])
        yield f"“{term}” must be translated as {expected}."


def _wrong_pieces(source: Source, tag: str, form: str) -> Iterator[str]:
    """Yield a fault for missing and for added pieces, which must be those of the English."""
    english = source.text
    for name, pattern in (
        ("placeholder", _PLACEHOLDER),
        ("citation", _CITATION),
        ("link", _LINK),
    ):
        wanted, given = Counter(pattern.findall(english)), Counter(pattern.findall(form))
        missing = list((wanted - given).elements())
        if tag != "other":  # "one referral" need not have the number in figures
            missing = [piece for piece in missing if piece != f"{{{source.count}}}"]
        if missing:
            yield f"The {name} {', '.join(missing)} of the English is missing."
        if added := list((given - wanted).elements()):
            yield f"The {name} {', '.join(added)} is not in the English."
    numbers = _numbers(english) - _numbers(form)
    if numbers:
        yield f"The number {', '.join(numbers.elements())} of the English is missing."


def _numbers(text: str) -> Counter[str]:
    """Return the numbers of a text without separators, except those inside pieces."""
    for pattern in (_PLACEHOLDER, _CITATION, _LINK):
        text = pattern.sub(" ", text)
    return Counter(_SEPARATORS.sub("", number) for number in _NUMBER.findall(text))


def _wrong_form(source: Source, form: str, language: str) -> Iterator[str]:
    english = source.text
    if _BIDI_CONTROLS.search(form):
        yield "It has a control character for the direction of text. The site adds those itself."
    if re.search(r"<[a-z/!]", form, re.IGNORECASE):
        yield "It has an HTML tag."
    if english.count("**") != form.count("**"):
        yield f"The English has {english.count('**')} marks ** and this has {form.count('**')}."
    if english.count("\n") != form.count("\n"):
        yield "It does not have as many lines as the English."
    if language in WITHOUT_SPACES:
        return
    for place, is_space in (("beginning", str.startswith), ("end", str.endswith)):
        if is_space(english, " ") != is_space(form, " "):
            yield f"A space at the {place} was added or lost."


def _untranslated(source: Source, form: str, language: str) -> Iterator[str]:
    words = _PLACEHOLDER.sub("", form)
    if _NO_WORDS.fullmatch(words):
        return
    if form == source.text:
        yield (
            "It is the same as the English. If that is right, name it under may_equal_english in "
            "data/locale/reader_path.toml."
        )
    script = _SCRIPTS.get(language)
    if script and len(source.text) > SHORT and not re.search(script, words):
        yield "It has no letter of the language's script."


def _wrong_length(source: Source, form: str, language: str) -> Iterator[str]:
    english = len(_bare(source.text))
    if english <= SHORT:
        return
    shortest, longest = languages.usual_length(language)
    ratio = len(_bare(form)) / english
    if not shortest <= ratio <= longest:
        yield (
            f"It is {ratio:.2f} times as long as the English; {shortest} to {longest} is usual. "
            "Is something missing, or added?"
        )


def _bare(text: str) -> str:
    """Return a text without the pieces that are the same in every language."""
    return _LINK.sub("", _CITATION.sub("", _PLACEHOLDER.sub("", text)))
