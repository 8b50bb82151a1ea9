from __future__ import annotations

import pytest

from pipeline.engine.handbrake.fields import Fields
from pipeline.engine.handbrake.languages import languages_in


@pytest.mark.parametrize(
    ("said", "languages", "is_left"),
    [
        ([], [], False),
        (["und"], [], False),
        (["any"], [], False),
        (["eng", "DEU"], ["eng", "deu"], False),
        (["eng", "und"], [], True),
        (["english", "deu"], ["deu"], True),
        (["\ud800"], [], True),
    ],
)
def test_languages_are_codes_and_some_words_mean_all(said: list[str], languages: list[str], is_left: bool) -> None:
    fields = Fields({"AudioLanguageList": said})
    assert languages_in(fields, "AudioLanguageList") == languages
    assert bool(fields.left) is is_left
