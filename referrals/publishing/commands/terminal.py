"""Terminal input and output of the commands: progress, questions, and a silent solver."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Final

from referrals.errors import DisclosureError
from referrals.paths import RELEASES
from referrals.publishing import publisher_settings
from referrals.publishing.approval import Places
from referrals.publishing.options import private_folder
from referrals.publishing.publisher_settings import Settings

STEP: Final = re.compile(r"\((\d+) of (\d+)\)$")
"""The end of a message about one of several steps."""


def named_texts(option: str, given: Sequence[str]) -> dict[str, str]:
    """Return the texts of a repeated option CHECK=TEXT, by check.

    Raises:
        DisclosureError: one has no text.
    """
    texts = {}
    for each in given:
        name, _, text = each.partition("=")
        texts[name] = in_one_line(text)
        if not texts[name]:
            raise DisclosureError(f"{option} {name} has no text. Write {option} CHECK=TEXT.")
    return texts


def in_one_line(text: str) -> str:
    r"""Return a text for the audit log and the certificate: one line of UTF-8, single spaces.

    A byte that the terminal did not send as UTF-8 is written as its escape.

    >>> in_one_line(" wrong\n file "), in_one_line("no\udceb")
    ('wrong file', 'no\\udceb')
    """
    return " ".join(text.encode("utf-8", "backslashreplace").decode("utf-8").split())


def required_text(text: str) -> str:
    """Return the text of an option, in one line.

    Raises:
        argparse.ArgumentTypeError: it is blank.
    """
    line = in_one_line(text)
    if not line:
        raise argparse.ArgumentTypeError("it is blank. Write a text")
    return line


def day(text: str) -> date:
    """Return the day of an option such as `--published-on 2026-04-01`.

    Raises:
        argparse.ArgumentTypeError: it is not a day in ISO form.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a day of the form YYYY-MM-DD, such as 2026-04-01"
        ) from None


def positive_number(text: str) -> int:
    """Return the whole number of an option, from 1 on.

    Raises:
        argparse.ArgumentTypeError: it is another text.
    """
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 1 or more")
    return int(text)


def add_private(parser: argparse.ArgumentParser) -> None:
    """Add the options for the private folder and for the settings file."""
    parser.add_argument(
        "--private",
        type=Path,
        metavar="FOLDER",
        help="the folder of the secret key, of drafts and of the history "
        f"(default: {private_folder()})",
    )
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="a settings file: publisher, licence, folders "
        f"(default: {publisher_settings.NAME} in the private folder, if it is there)",
    )


def add_places(parser: argparse.ArgumentParser) -> None:
    """Add the options for the private folder and for the folder of releases."""
    parser.add_argument(
        "--to",
        "--releases",
        dest="releases",
        type=Path,
        metavar="FOLDER",
        help=f"the folder of releases that readers see (default: {RELEASES})",
    )
    add_private(parser)


def add_by(parser: argparse.ArgumentParser) -> None:
    """Add the option for the person who acts."""
    parser.add_argument(
        "--by",
        type=required_text,
        required=True,
        metavar="NAME",
        help="who decides this, for the private audit log",
    )


def load_settings(options: argparse.Namespace) -> Settings:
    """Return the settings that the options name, or those of the private folder."""
    return publisher_settings.load(options.settings, options.private or private_folder())


def places(options: argparse.Namespace) -> Places:
    """Return the folders of the options or, if they name none, of the settings."""
    chosen = load_settings(options)
    return Places(
        options.private or chosen.private or private_folder(),
        options.releases or chosen.releases or RELEASES,
    )


class Progress:
    """Lines of progress on standard error, each with the time since the start.

    A message that ends with "(2 of 4)" is about one of several steps: the time left is that of the
    steps before it, for each of those to come.
    """

    def __init__(self) -> None:
        """Start the clock."""
        self._start = self._part_start = monotonic()

    def __call__(self, message: str) -> None:
        """Print a line."""
        now = monotonic()
        times = duration(now - self._start)
        if found := STEP.search(message):
            step, steps = map(int, found.groups())
            if step == 1:
                self._part_start = now
            else:
                left = (now - self._part_start) / (step - 1) * (steps - step + 1)
                times = f"{times}, about {duration(left)} left of this part"
        print(f"[{times}] {message}", file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return a duration as minutes and seconds, or hours and minutes.

    >>> duration(7.4), duration(75), duration(3725)
    ('0:07', '1:15', '1 h 02 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, over = divmod(minutes, 60)
    return f"{hours} h {over:02} min" if hours else f"{minutes}:{rest:02}"


def today() -> date:
    """Return the date in UTC."""
    return datetime.now(tz=UTC).date()


@contextmanager
def quiet_solver() -> Iterator[None]:
    """Discard output of HiGHS from C++: it prints a banner, which no option turns off."""
    sys.stdout.flush()
    stdout = os.dup(1)
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    try:
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
        os.close(devnull)
