"""Full-text search over documents of the site, in memory and without a service outside.

It knows neither addresses nor HTML pages of its own: a presenter makes the documents, and shows
what was found. A query is never kept, neither as the key of a cache nor in a log.
"""
