"""The notice on the translation of a page: whether a person has checked it, and English parts."""

from __future__ import annotations

from markupsafe import Markup

from referrals import templates
from referrals.i18n import messages, states
from referrals.i18n.states import Standing
from referrals.language import is_english


def html(standing: Standing, path: str) -> Markup:
    """Return the notice on the translation of the page at a path, which links to the English one.

    English pages and checked ones have none.
    """
    says = sentence(standing, is_about_safety=states.is_about_safety(path.strip("/")))
    if not says:
        return Markup()
    label = messages.text("translation.see_english")
    return templates.render("content/translation_notice.html", says=says, english=path, label=label)


def sentence(standing: Standing, *, is_about_safety: bool = False) -> str:
    """Return the sentence of a page on its translation; '' if it needs none."""
    if is_english():
        return ""
    if standing.is_only_english:
        return messages.text("translation.only_english")
    found = []
    if standing.drafts:
        key = "translation.draft_safety" if is_about_safety else "translation.draft"
        found.append(messages.text(key))
    if standing.is_partly_english:
        found.append(messages.text("translation.partly"))
    return " ".join(found)
