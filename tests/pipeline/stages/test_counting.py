"""Counting as a conversation with the child that does it."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.acts.count import CountPackets
from pipeline.model.job import Artifact
from pipeline.model.stage import Call, Script, Talk
from pipeline.stages.counting import Content, Count, counted, counted_source, extent_s
from tests.pipeline.stages.canned import SOURCES
from tests.support.drive import drive

_KEYS: dict[str, Any] = {"keyframes": 1, "key_bytes": 3, "sizes": []}
# What the child says of a film of 2 s, with 3 frames of its sound lost.
FILM = {
    "index": 0,
    "kind": "video",
    "codec": "h264",
    "packets": 50,
    "first_pts_s": 0.0,
    "last_end_s": 2.0,
    "bytes": 9,
    **_KEYS,
}
SOUND = {
    "index": 1,
    "kind": "audio",
    "codec": "aac",
    "packets": 91,
    "first_pts_s": -0.02,
    "last_end_s": 1.94,
    "bytes": 9,
    **_KEYS,
}
BARE = {
    "index": 0,
    "kind": "video",
    "codec": "h264",
    "packets": 50,
    "first_pts_s": None,
    "last_end_s": None,
    "bytes": 9,
    **_KEYS,
}


def _shown(talk: Talk[Any]) -> Script:
    found = yield from talk
    return (Artifact(b"found", measures={"found": found}),)


def test_the_result_is_counted_first_and_the_source_with_it_where_it_is_given() -> None:
    talk = drive(_shown(counted(SOURCES["1080p"], "result.mp4", "Compare with the source")), there=["result.mp4"])
    step = talk.asked
    assert isinstance(step, Call)
    assert step.act == CountPackets((b"result.mp4", b"/media/film.mp4"))
    assert (step.lane, step.reads) == ("light", ("result.mp4",))
    talk.answers(value={"value": [{"bytes": 20, "streams": [FILM]}, {"bytes": 40, "streams": [FILM, SOUND]}]})
    here, there = talk.returns()[0].measures["found"]
    assert here == Content(20, (Count(0, "video", 50, 0.0, 2.0, 9, 1, 3),))
    assert [each.kind for each in there.streams] == ["video", "audio"]


def test_a_source_that_cannot_be_read_to_its_end_has_no_count() -> None:
    talk = drive(_shown(counted_source(SOURCES["1080p"])))
    assert talk.asks_for_call() == CountPackets((b"/media/film.mp4",))
    talk.answers(value={"error": "Counting packets failed: [Errno 1094995529] Invalid data found"})
    assert talk.returns()[0].measures["found"] is None


@pytest.mark.parametrize(
    ("streams", "from_s", "extent"),
    (
        ([FILM], -1.0, 2.0),
        ([FILM, SOUND], -1.0, 2.02),
        ([FILM, SOUND], 0.0, 2.0),
        ([BARE], -1.0, 0.0),
        ([], -1.0, 0.0),
    ),
)
def test_extents_are_from_the_first_packet_to_the_last_end(
    streams: list[dict[str, Any]], from_s: float, extent: float
) -> None:
    counts = [
        Count(each["index"], each["kind"], each["packets"], each["first_pts_s"], each["last_end_s"]) for each in streams
    ]
    assert extent_s(counts, from_s) == pytest.approx(extent)
    assert Count(0, "video", 50, None, None).length_s == 0.0
