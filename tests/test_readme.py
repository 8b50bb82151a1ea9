from __future__ import annotations

import pytest

from pipeline.stages.choices.output import OutputChoices
from tests.support.preset_table import README, in_words, table, with_table


def test_the_readme_has_the_table_of_presets_as_their_files_say_it() -> None:
    readme = README.read_text(encoding="utf-8")
    assert readme == with_table(readme), "“python -m tests.support.preset_table” writes it anew"


def test_every_preset_is_one_row_the_usual_one_first() -> None:
    rows = table().splitlines()[2:]
    assert rows[0].startswith("| `web-1080p` | H.264 and AAC in MP4")
    assert len(rows) == len(set(rows)) == 14
    assert all(row.count("|") == 4 for row in rows)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (OutputChoices(crf=21, max_height=1080), "CRF 21, up to 1080p; AAC 160 kb/s"),
        (OutputChoices(video="copy", audio="copy"), "pictures unchanged; sound unchanged"),
        (OutputChoices(rate="size", channels="stereo"), "at most 10 MB; AAC 160 kb/s, stereo"),
        (OutputChoices(rate="bitrate", audio="none"), "4000 kb/s"),
        (OutputChoices(video="none", audio="opus", loudness=-16), "Opus 160 kb/s, −16 LUFS"),
        (OutputChoices(video="gif", audio="none", max_width=480, fps=10), "256 colours, up to 480 px, 10 fps"),
    ],
)  # fmt: skip
def test_choices_are_said_in_words(choices: OutputChoices, words: str) -> None:
    assert in_words(choices) == words
