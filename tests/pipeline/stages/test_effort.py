"""What goals take, as a conversation: a search that is really done, and turns that are guessed."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.forecast import Forecast, Guess
from pipeline.model.job import Artifact
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Scratch, Script, Talk
from pipeline.stages import effort
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.effort import foreseen_score, foreseen_size
from pipeline.stages.encoders import Bitrate, Crf
from pipeline.stages.output import Output
from pipeline.stages.search import Found
from tests.pipeline.stages.canned import SOURCES, an_output, wanted
from tests.support.drive import drive

FILM = SOURCES["1080p"]
ONE = Forecast(Guess(1e6, 0.9e6, 1.1e6), Guess(100, 90, 110), Guess(60, 50, 70), 36.0)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Output]:
    """What is tried in windows; each is said to come to the same."""
    outputs: list[Output] = []

    def foreseen(source: Source, info: MediaInfo, made: Output, scratch: Scratch) -> Talk[Forecast]:
        outputs.append(made)
        yield from ()
        return ONE

    def searched(source: Source, info: MediaInfo, made: Output, machine: Any) -> Talk[Found]:
        yield from ()
        return Found(27.5, {27.5: 95.0})

    monkeypatch.setattr(effort, "foreseen", foreseen)
    monkeypatch.setattr(effort, "searched", searched)
    return outputs


def told(talk: Talk[Forecast]) -> Forecast:
    def shown() -> Script:
        return (Artifact(b"told", measures={"told": (yield from talk)}),)

    found: Forecast = drive(shown()).returns()[0].measures["told"]
    return found


def made(choices: OutputChoices) -> tuple[Source, MediaInfo, Output, Scratch]:
    assert FILM.info is not None
    return FILM, FILM.info, an_output(FILM, choices), Scratch()


def test_a_score_is_encoded_as_it_was_found_and_takes_its_scoring_besides(tried: list[Output]) -> None:
    forecast = told(foreseen_score(*made(wanted(rate="vmaf", target_vmaf=95.0))))
    assert [each.quality for each in tried] == [Crf(27.5)]
    assert forecast.bytes.likely == ONE.bytes.likely
    assert forecast.bytes.low < ONE.bytes.low < ONE.bytes.high < forecast.bytes.high
    assert ONE.cpu_s.likely < forecast.cpu_s.likely < forecast.cpu_s.high
    # It may have to be repaired, which is all of it once more.
    assert forecast.wall_s.high > 2 * ONE.wall_s.high


def test_a_size_is_known_and_takes_some_turns(tried: list[Output]) -> None:
    forecast = told(foreseen_size(*made(wanted(rate="size", target_mb=5.0, audio_kbps=100))))
    assert [each.quality for each in tried] == [Bitrate(5e6 * 8 / 1000 / 10 - 100)]
    assert forecast.bytes.high == 5e6
    assert forecast.bytes.likely == pytest.approx(5e6, rel=0.02)
    assert forecast.bytes.low <= 0.98 * 5e6
    assert ONE.cpu_s.likely < forecast.cpu_s.likely < forecast.cpu_s.high
