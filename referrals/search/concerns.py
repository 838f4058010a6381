"""The concern behind a query: danger, the needs of help lines, and police with immigration.

`matching` reads every query with it. It is made of groups of words, not of phrases: readers in need
write short, broken English, in which "boss take passport" is a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from referrals.search.search_words import Phrase, SearchWords, bases

GAP: Final = 1
"""The words that may come between two neighbouring words of a phrase."""


@dataclass(frozen=True)
class Concern:
    """The concern of a query.

    Attributes:
        is_urgent: its words call for help lines first.
        needs: the number of its words that point to each need that help lines serve.
        is_on_sharing: it asks, as one person, about the police and immigration.
        is_of_man: it is from a man, as far as its words show.
        words: its words in every form, such as the nation of a town.
    """

    is_urgent: bool = False
    needs: Mapping[str, int] = field(default_factory=dict)
    is_on_sharing: bool = False
    is_of_man: bool = False
    words: frozenset[str] = frozenset()


def read(known: SearchWords, words: Sequence[str]) -> Concern:
    """Return the concern of a query."""
    query = _Query(known, words)
    return Concern(
        is_urgent=query.is_urgent,
        needs=query.needs,
        is_on_sharing=query.is_on_sharing,
        is_of_man=query.is_of_man,
        words=query.in_every_form,
    )


@dataclass(frozen=True)
class _Query:
    """The words of a query, which phrases match in any form: "pay" is "paid" and "paying".

    A phrase also matches over words between its own: "take passport" is "took my passport".
    """

    known: SearchWords
    words: Sequence[str]

    @cached_property
    def is_urgent(self) -> bool:
        """True if help lines come first: for danger, or a harm that somebody does or suffers.

        They do not for a question about figures, unless the reader is in it.
        """
        if self._has("urgent") or self._has_harm or self._has_pointers:
            return self._is_personal or not self._asks_for_figures
        rest = [word for word in self.words if word not in self.known.ignored]
        alone = self.known.phrases["urgent_alone"]
        return bool(rest) and all((word,) in alone for word in rest)

    @cached_property
    def needs(self) -> Mapping[str, int]:
        """The needs with the number of words that point to each."""
        found: dict[str, int] = {}
        for phrase in self._pointers:
            for need in self.known.needs[phrase]:
                found[need] = found.get(need, 0) + len(phrase)
        return found

    @cached_property
    def _pointers(self) -> Sequence[Phrase]:
        """The phrases that point to needs, longer ones first: no word counts for two of them."""
        found = []
        used: set[int] = set()
        matches = sorted(self._matches("need"), key=lambda match: (-len(match[1]), match[1]))
        for phrase, places in matches:
            if used.isdisjoint(places):
                used.update(places)
                found.append(phrase)
        return found

    @property
    def _has_harm(self) -> bool:
        return self._has("harm") and self._has("person")

    @property
    def _has_pointers(self) -> bool:
        """True if two phrases point to one need, as agent and passport do, of somebody."""
        needs = [need for phrase in self._pointers for need in self.known.needs[phrase]]
        is_of_somebody = self._is_personal or self._has("person")
        return is_of_somebody and len(needs) > len(set(needs))

    @cached_property
    def is_on_sharing(self) -> bool:
        """True if it is about two of these: the reader, the police, immigration."""
        if self._asks_for_figures:
            return False
        if self._has("sharing"):
            return True
        authorities = {phrase for phrase, _ in self._matches("authority")}
        subjects = len(authorities) + self._has("status")
        return (subjects > 1 and self._has("asking")) or (subjects > 0 and self._is_personal)

    @property
    def is_of_man(self) -> bool:
        """True if a wife or girlfriend is named, or the reader is a man."""
        return self._has("of_man")

    @property
    def in_every_form(self) -> frozenset[str]:
        """The words with all that they may be a form of."""
        return frozenset().union(*self._bases)

    @cached_property
    def _asks_for_figures(self) -> bool:
        return self._has("figures")

    @cached_property
    def _is_personal(self) -> bool:
        return not self.known.first_person.isdisjoint(self.words)

    def _has(self, role: str) -> bool:
        return next(self._matches(role), None) is not None

    def _matches(self, role: str) -> Iterator[tuple[Phrase, tuple[int, ...]]]:
        """Yield the phrases of a role that the query has, each with the places of its words."""
        by_first = self.known.by_first_word[role]
        for places in (self._every_place, self._subject_places):
            for start, place in enumerate(places):
                for base in self._bases[place]:
                    for phrase in by_first.get(base, ()):
                        if taken := self._taken(phrase, places[start:]):
                            yield phrase, taken

    def _taken(self, phrase: Phrase, places: Sequence[int]) -> tuple[int, ...]:
        """Return the places of a phrase that begins at the first of some, () if it does not.

        One other word may come between two of its words: "took all my money".
        """
        taken = [places[0]]
        at = 1
        for word in phrase[1:]:
            near = [place for place in places[at : at + 1 + GAP] if word in self._bases[place]]
            if not near:
                return ()
            taken.append(near[0])
            at = places.index(near[0]) + 1
        return tuple(taken)

    @cached_property
    def _bases(self) -> Sequence[frozenset[str]]:
        return [bases(word, self.known.forms) for word in self.words]

    @cached_property
    def _every_place(self) -> Sequence[int]:
        return range(len(self.words))

    @cached_property
    def _subject_places(self) -> Sequence[int]:
        ignored = self.known.ignored
        return [place for place, word in enumerate(self.words) if word not in ignored]
