"""The releases for programs: API, feed, calendar and downloads."""
