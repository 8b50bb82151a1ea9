"""Covers of an MKV: taken out of the source, attached to the result."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pipeline.model.source import Source
from pipeline.model.stage import Outcome, Scratch
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.covers import attached, is_laid_out, laid_out
from pipeline.stages.selection import Kept, Selection, selected
from tests.pipeline.stages.canned import SOURCES, audio, cover, source
from tests.support.drive import Talk, drive

MKV = OutputChoices(container="mkv")


def laying_out(kept: Source, choices: OutputChoices = MKV) -> tuple[Talk, list[Selection]]:
    """The conversation, and the selection it will have made."""
    assert kept.info is not None
    chosen, made = selected(kept.info, choices), list[Selection]()

    def script() -> Generator[Any, Outcome, tuple[()]]:
        made.append((yield from laid_out(kept, chosen, choices, Scratch("2"))))
        return ()

    return drive(script()), made


@pytest.mark.parametrize(
    ("kept", "encoder", "file"),
    (
        (SOURCES["cover-mp4"], "copy", "2/cover.jpg"),
        (SOURCES["flac-cover"], "copy", "2/cover.png"),
        (source("song.flac", audio(0, codec="flac"), cover(1, "gif"), container="flac"), "png", "2/cover.png"),
    ),
)
def test_a_cover_becomes_a_file_of_its_kind(kept: Source, encoder: str, file: str) -> None:
    talk, made = laying_out(kept)
    run = talk.asks_for_run()
    assert run.step.makes == (file,)
    assert (run.value_of("-c"), run.value_of("-frames:v")) == (encoder, "1")
    talk.answers()
    assert talk.returns() == ()
    assert made[0].files == (file,)


@pytest.mark.parametrize(("name", "choices"), (("1080p", MKV), ("cover-mp4", OutputChoices())))
def test_nothing_is_laid_out_in_vain(name: str, choices: OutputChoices) -> None:
    talk, made = laying_out(SOURCES[name], choices)
    assert talk.returns() == ()
    assert made[0].files == ()
    assert not is_laid_out(made[0], choices)


def test_an_attached_cover_has_the_name_that_players_look_for() -> None:
    kept = Kept(cover(1, "png"), "copy", file="2/cover.png")
    assert attached(kept, "t:1") == {
        "attach": "2/cover.png",
        "metadata:s:t:1": ["mimetype=image/png", "filename=cover.png"],
    }
