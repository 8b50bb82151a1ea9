"""How HandBrake names the languages of tracks: by their codes of three letters, or all at once."""

from __future__ import annotations

import re

from pipeline.engine.handbrake.fields import Fields

_ALL = ("any", "und")


def languages_in(fields: Fields, name: str) -> list[str]:
    """The languages that are wanted; none stands for all."""
    found = [each.lower() for each in fields.texts(name)]
    if any(each in _ALL for each in found):
        if len(found) > 1:
            fields.leave(name, "It names languages and all others too; all are kept.")
        return []
    named = [each for each in found if re.fullmatch("[a-z]{2,3}", each)]
    if named != found:
        fields.leave(name, "A language is named by the two or three letters of its code.")
    return named
