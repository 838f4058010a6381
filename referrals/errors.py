"""The one family of errors. Each is shown to its reader as a sentence, never as a traceback.

ReferralsError
├── DataError            a file that we read does not hold what its schema says
│   ├── LedgerError      published statements that contradict their quotation or one another
│   └── ExtractError     a record-level extract with lines that cannot be used
├── DisclosureError      counts that could not be protected, or a release in which somebody could be found
├── ReleaseError         a release folder that is missing, incomplete or altered, or a release that cannot answer in time
│   └── WithdrawnError   there is nothing to show, because it was withdrawn on purpose
└── SettingsError        a setting of the site that is not what it must be
"""

from __future__ import annotations


class ReferralsError(Exception):
    """Something a person can mend. The message says what is wrong, where, and what to do."""


class DataError(ReferralsError):
    """A data file does not hold what its schema says; the message names the file, line and column."""


class LedgerError(DataError):
    """A published statement disagrees with its own quotation, or with other statements."""


class ExtractError(DataError):
    """A record-level extract cannot be used. The message names lines and codes, and never a record's other values."""


class DisclosureError(ReferralsError):
    """Counts could not be protected, or what was published lets somebody be found. The message names the cell."""


class ReleaseError(ReferralsError):
    """A release cannot be opened, being missing, incomplete or not the files of its manifest; or it cannot answer in time."""


class WithdrawnError(ReleaseError):
    """Nothing is left to show: those who publish the figures have withdrawn them. Nothing is broken."""


class SettingsError(ReferralsError):
    """The site must not start: a setting is not what it must be. The message names the setting, and never its value."""
