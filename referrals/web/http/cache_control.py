"""`Cache-Control` of pages and sheets (RFC 9111), the same for every presenter."""

from __future__ import annotations

from typing import Final

ONE_MINUTE: Final = "public, max-age=60, stale-if-error=86400"
"""A new release is seen within a minute. A cache may serve its copy for a day if nothing answers.
"""

NO_STORE: Final = "no-store"
"""For errors, answers to a reader's own words, and the page for frightened readers."""
