"""One run at a time draws, and whoever has something to make holds nobody up."""

from __future__ import annotations

import threading

import pytest

from referrals import caching as keeping
from referrals.turns import Turn


class Other:
    """Another run, in a thread of its own, which draws when it has its turn."""

    def __init__(self, turn: Turn) -> None:
        self.drew = threading.Event()
        self._turn = turn
        self.thread = threading.Thread(target=self._draw)
        self.thread.start()

    def _draw(self) -> None:
        with self._turn.taken():
            self.drew.set()


def is_free(turn: Turn) -> bool:
    """Return whether another run could draw at once."""
    other = Other(turn)
    drew = other.drew.wait(0.05)
    other.thread.join()
    return drew


class StoppedError(BaseException):
    """What ends a run that is stopped: like Streamlit's, no Exception."""


def test_a_run_waits_until_the_one_before_it_is_drawn() -> None:
    turn = Turn(patience=60)
    with turn.taken():
        other = Other(turn)
        assert not other.drew.wait(0.05)
    assert other.drew.wait(10)
    other.thread.join()


def test_a_run_that_has_waited_long_enough_draws_beside_the_slow_one_and_leaves_it_its_turn() -> (
    None
):
    turn = Turn(patience=0.2)
    with turn.taken():
        impatient = Other(turn)
        assert impatient.drew.wait(10)
        impatient.thread.join()
        assert not is_free(turn)
    assert is_free(turn)


@pytest.mark.parametrize("end", [ValueError, StoppedError])
def test_a_run_that_fails_or_is_stopped_leaves_its_turn_to_others(end: type[BaseException]) -> None:
    turn = Turn(patience=60)
    with pytest.raises(end), turn.taken():
        raise end
    assert is_free(turn)


def test_a_turn_that_was_given_away_is_not_given_away_again() -> None:
    turn = Turn(patience=60)
    with turn.taken():
        turn.give_away()
        held = threading.Event()
        let_go = threading.Event()

        def hold() -> None:
            with turn.taken():
                held.set()
                let_go.wait(10)

        other = threading.Thread(target=hold)
        other.start()
        assert held.wait(10)
    turn.give_away()
    assert turn._free.locked(), "it is the other's now"
    let_go.set()
    other.join()
    assert is_free(turn)


def test_a_run_that_has_something_to_make_leaves_its_turn_to_those_who_only_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turn = Turn(patience=60)
    monkeypatch.setattr(keeping, "TURN", turn)
    seen: list[bool] = []

    @keeping.kept(4, {})
    def made(_name: str) -> str:
        seen.append(is_free(turn))
        return "made"

    with turn.taken():
        made("a")
        assert seen == [True]
    with turn.taken():
        made("a")
        assert not is_free(turn), "what is there already is no reason to let others go first"
