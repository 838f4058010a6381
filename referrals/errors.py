"""Errors that a person can fix. Each is shown as its message, never as a traceback.

ReferralsError
├── DataError            a data file breaks its schema
│   ├── LedgerError      a published statement contradicts its quotation or another statement
│   └── ExtractError     a record-level extract has unusable lines
├── DisclosureError      counts cannot be protected, or a release would disclose somebody
├── ReleaseError         a release folder is missing, incomplete or altered, or too slow
│   └── WithdrawnError   nothing can be shown because it was withdrawn on purpose
└── SettingsError        a setting of the site is invalid
"""

from __future__ import annotations


class ReferralsError(Exception):
    """An error that a person can fix. The message names the fault, its place and the remedy."""


class DataError(ReferralsError):
    """A data file breaks its schema. The message names the file, line and column."""


class LedgerError(DataError):
    """A published statement contradicts its own quotation or another statement."""


class ExtractError(DataError):
    """A record-level extract cannot be used.

    The message names lines and codes, and no other value of a record.
    """


class DisclosureError(ReferralsError):
    """Counts cannot be protected, or a release discloses somebody. The message names the cell."""


class ReleaseError(ReferralsError):
    """A release is missing, incomplete or altered, or one of its queries took too long."""


class WithdrawnError(ReleaseError):
    """The figures were withdrawn by their publisher. Nothing is broken."""


class SettingsError(ReferralsError):
    """A setting is invalid, so the site must not start.

    The message names the setting and never its value.
    """
