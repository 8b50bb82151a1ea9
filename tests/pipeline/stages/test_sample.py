"""Trying parts, as a conversation: which parts are asked for, and what is made of what came of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from pipeline.acts.count import CountPackets
from pipeline.model.forecast import Forecast
from pipeline.model.job import Artifact
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Call, Run, Scratch, Script, Talk, Tick
from pipeline.stages.sample import WINDOW_S, WINDOWS, foreseen, windows_of
from pipeline.stages.span import WHOLE, Span
from tests.pipeline.stages.canned import SOURCES, an_output, audio, source, video, wanted
from tests.support.drive import drive

LONG_S = 600.0
LONG = source("long.mp4", video(frames=15000, duration_s=LONG_S), audio(duration_s=LONG_S), duration_s=LONG_S)


def info_of(kept: Source) -> MediaInfo:
    assert kept.info is not None
    return kept.info


def _shown(talk: Talk[Forecast]) -> Script:
    return (Artifact(b"told", measures={"told": (yield from talk)}),)


def streams(packets: int, bytes_: int, keyframes: int = 1, sizes: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    """What one film of 25 pictures a second holds."""
    film = {"index": 0, "kind": "video", "codec": "h264", "packets": packets, "first_pts_s": 0.0}
    counted = {"bytes": bytes_, "keyframes": keyframes, "key_bytes": bytes_ // 4, "sizes": list(sizes)}
    sound = {**film, **counted, "index": 1, "kind": "audio", "bytes": 0, "key_bytes": 0, "last_end_s": packets / 25}
    return [{**film, **counted, "last_end_s": packets / 25}, {**sound, "first_pts_s": 0.0, "sizes": []}]


class Studio:
    """Answers as an encoder would that takes 2 s of processor time for every second, and makes `rate` bytes of it."""

    def __init__(self, rate: dict[int, int], dense: tuple[int, ...]) -> None:
        self.rate = rate
        self.dense = dense
        self.runs: list[Run] = []

    def told(self, kept: Source, **choices: Any) -> Forecast:
        """The forecast at the end of the conversation."""
        made = an_output(kept, wanted(**choices))
        talk = drive(_shown(foreseen(kept, info_of(kept), made, Scratch())))
        while not talk.is_over:
            step = talk.asked
            if isinstance(step, Call):
                assert isinstance(step.act, CountPackets)
                talk.answers(value={"value": [self._held(name) for name in step.act.files]})
            else:
                assert isinstance(step, Run)
                self.runs.append(step)
                is_search = step.label == "Find a part"
                cpu_s, active_s = (1.0, 0.5) if is_search else (7.0, 4.0)
                talk.answers(cpu_s=cpu_s, active_s=active_s, last_tick=Tick(out_bytes=100_000))
        told: Forecast = talk.returns()[0].measures["told"]
        return told

    def _held(self, name: bytes) -> dict[str, Any]:
        if name.startswith(b"/"):
            return {"bytes": sum(self.dense), "streams": streams(15000, sum(self.dense), sizes=self.dense)}
        number = int(name.split(b"-")[1].split(b".")[0])
        size = self.rate.get(number, self.rate[0])
        return {"bytes": size, "streams": streams(75, size)}


def test_a_long_source_is_tried_in_windows_spread_over_it() -> None:
    spans, is_whole = windows_of(info_of(LONG), WHOLE, LONG_S)
    assert not is_whole
    assert len(spans) == WINDOWS
    assert {span.length_s for span in spans} == {WINDOW_S}
    gaps = {round(after.start_s - before.start_s, 6) for before, after in pairwise(spans)}
    assert gaps == {LONG_S / WINDOWS}
    assert spans[0].start_s == pytest.approx(LONG_S - spans[-1].start_s - WINDOW_S)


@pytest.mark.parametrize(("span", "seconds"), ((WHOLE, 30.0), (Span(100.0, 20.0), LONG_S), (WHOLE, 0.0)))
def test_a_short_one_is_tried_whole(span: Span, seconds: float) -> None:
    assert windows_of(info_of(LONG), span, seconds) == ((span,), True)


def test_a_source_that_is_alike_everywhere_is_multiplied() -> None:
    studio = Studio({0: 300_000}, dense=(1000,) * 2000)
    told = studio.told(LONG)
    # 3 s are 300 kB, of which the keyframe at the beginning of each window would not be there in the whole.
    assert 40e6 < told.bytes.likely < 60e6
    assert told.tried_s == WINDOWS * WINDOW_S
    assert told.cpu_s.likely == pytest.approx(2 * LONG_S + 7 / 3 * LONG_S, rel=0.02)
    assert told.bytes.low < told.bytes.likely < told.bytes.high


def test_where_the_source_is_dense_the_result_will_be() -> None:
    # Its last twelve seconds have nine times the bytes, and no window saw them.
    even = Studio({0: 300_000}, dense=(1000,) * 2000).told(LONG)
    dense = (1000,) * 1960 + (9000,) * 40
    uneven = Studio({0: 300_000}, dense).told(LONG)
    assert uneven.bytes.likely > even.bytes.likely * 1.02


def test_windows_that_differ_widen_the_range() -> None:
    even = Studio({0: 300_000}, dense=(1000,) * 2000).told(LONG).bytes
    uneven = Studio({0: 300_000, 3: 900_000, 7: 50_000}, dense=(1000,) * 2000).told(LONG).bytes
    assert (uneven.high - uneven.low) / uneven.likely > 2 * (even.high - even.low) / even.likely


def test_what_is_tried_whole_is_as_large_as_it_came_out() -> None:
    film = SOURCES["1080p"]
    studio = Studio({0: 123_456}, dense=())
    told = studio.told(film)
    assert told.bytes.likely == 123_456
    assert [run.label for run in studio.runs] == ["Try a part", "Decode a part"]


def test_copies_are_counted_and_copied_in_part() -> None:
    studio = Studio({0: 0}, dense=(500,) * 2000)
    told = studio.told(LONG, video="copy", audio="copy")
    assert told.bytes.likely == pytest.approx(1_000_000, rel=0.5)
    assert [run.label for run in studio.runs] == ["Try a part"]
    assert told.tried_s == 0
