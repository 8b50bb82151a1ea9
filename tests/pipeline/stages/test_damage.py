"""Damage as a conversation: the lines are what ffmpeg 9.0.2 said of files that were cut, zeroed or overwritten."""

from __future__ import annotations

import pytest

from pipeline.model.job import Artifact
from pipeline.model.problem import Warn, tool_killed
from pipeline.model.source import Source
from pipeline.model.stage import Outcome, Script, Talk, Tick
from pipeline.stages.counting import Count
from pipeline.stages.damage import damage
from pipeline.stages.selection import selected
from pipeline.stages.verify import Checked
from tests.pipeline.stages.canned import MKV, SOURCES, an_output, audio, source, subtitle, video, wanted
from tests.pipeline.stages.playing import Player, changed
from tests.support import drive as support
from tests.support.drive import drive

WEB = wanted("mp4", "h264", "aac")
NAL = "[h264] Invalid NAL unit size (0 > 9227)."
PARTIAL = "[in#0/mov,mp4,m4a,3gp,3g2,mj2] stream 0, offset 0x8f123: partial file"
ENDED_EARLY = "[in#0/matroska,webm] File ended prematurely"
TORN = "[in#0/avi] corrupt input packet in stream 0"


def looking(
    kept: Source, *, complaints: tuple[tuple[float, str], ...] = (), lines: tuple[str, ...] = (), length_s: float = 10.0
) -> support.Talk:
    """The conversation about a source whose result is so long."""
    assert kept.info is not None
    here = (Count(0, "video", 250, 0.0, length_s), Count(1, "audio", 470, -0.021, length_s))
    wrote = Outcome(last_tick=Tick(out_time_s=length_s, frame=250), complaints=complaints, lines=lines)
    return drive(
        _shown(damage(kept, kept.info, an_output(kept, WEB), wrote, Checked(selected(kept.info, WEB), here, None)))
    )


def _shown(talk: Talk[tuple[Warn, ...]]) -> Script:
    warnings = yield from talk
    return (Artifact(b"result", warnings=warnings),)


def told(talk: support.Talk) -> list[tuple[str, float | None]]:
    """The warnings at the end, with their places."""
    (artifact,) = talk.returns()
    return [(warning.code, warning.at_s) for warning in artifact.warnings]


def count_source(talk: support.Talk, kept: Source, end_s: float) -> None:
    """Answers that the streams of the source end there."""
    player = Player(kept)
    for kind in ("video", "audio"):
        player.files[kept.file] = changed(kind, end_s=end_s)(player.files[kept.file])
    assert talk.asked.label == "Count what is in the source"
    player.answer(talk)


def stops(talk: support.Talk, at_s: float, line: str = NAL) -> None:
    """A look stops at a fault."""
    assert talk.asks_for_run().step.label == "Find the damage"
    talk.answers(exit_code=183, stderr=line, last_tick=Tick(out_time_s=at_s))


def passes(talk: support.Talk, end_s: float = 10.0) -> None:
    """A look meets no fault."""
    assert talk.asks_for_run().step.label == "Find the damage"
    talk.answers(last_tick=Tick(out_time_s=end_s))


def test_nothing_is_asked_about_a_source_nobody_complained_of() -> None:
    assert told(looking(SOURCES["1080p"])) == []
    assert told(looking(SOURCES["1080p"], length_s=9.6)) == []
    assert told(looking(SOURCES["raw-h264"], length_s=4.0)) == []


@pytest.mark.parametrize("line", ("[out#0/mp4] Non-monotonic DTS", "[vost#0:0/libx264] late", "[mp4] Unusual"))
def test_what_a_writer_says_is_no_fault_of_the_source(line: str) -> None:
    assert told(looking(SOURCES["1080p"], complaints=((1.0, line),))) == []


def test_a_fault_is_told_where_decoding_meets_it() -> None:
    talk = looking(SOURCES["1080p"], complaints=((3.4, NAL),))
    first = talk.asks_for_run()
    assert first.value_of("-c") == "copy"
    assert "-xerror" in first.argv
    passes(talk)
    second = talk.asks_for_run()
    assert second.value_of("-err_detect") == "explode"
    assert [second.argv[at + 1] for at, word in enumerate(second.argv) if word == "-map"] == ["0:0"]
    stops(talk, 5.0)
    assert told(talk) == [("source_damaged", 5.0)]
    assert talk.returns()[0].warnings[0].message == "The source is damaged at 5.0 s; look at the result there."


def test_the_earlier_of_a_torn_packet_and_a_fault_is_told() -> None:
    talk = looking(SOURCES["1080p"], complaints=((3.4, NAL),))
    stops(talk, 2.0, TORN)
    stops(talk, 5.0)
    assert told(talk) == [("source_damaged", 2.0)]


def test_a_torn_packet_is_a_warning_of_the_tool_and_counts_all_the_same() -> None:
    talk = looking(SOURCES["1080p"], lines=(TORN,))
    stops(talk, 8.8, TORN)
    passes(talk)
    assert told(talk) == [("source_damaged", 8.8)]


def test_sound_is_looked_at_where_the_pictures_are_whole() -> None:
    talk = looking(SOURCES["1080p"], complaints=((3.4, "[aac] Reserved bit set."),))
    passes(talk)
    passes(talk)
    assert talk.asks_for_run().value_of("-map") == "0:1"
    passes(talk)
    stops(talk, 6.5, "[aac] Reserved bit set.")
    assert told(talk) == [("source_damaged", 6.5)]


def test_a_fault_that_is_not_met_again_is_told_where_the_encode_was() -> None:
    talk = looking(SOURCES["1080p"], complaints=((3.4, "[in#0/mpegts] PES packet size mismatch"),))
    for _ in range(4):
        passes(talk)
    assert told(talk) == [("source_damaged", 3.4)]


def test_a_source_that_ends_early_is_cut_off() -> None:
    talk = looking(SOURCES["1080p"], length_s=6.0)
    count_source(talk, SOURCES["1080p"], 6.0)
    assert told(talk) == [("source_cut_off", 6.0)]
    message = "The source ends at 6.0 s, though it says it is 10.0 s long; so does the result."
    assert talk.returns()[0].warnings[0].message == message


@pytest.mark.parametrize("complaint", (PARTIAL, NAL))
def test_the_cut_explains_a_fault_at_its_edge(complaint: str) -> None:
    talk = looking(SOURCES["1080p"], complaints=((4.7, complaint),), length_s=6.04)
    count_source(talk, SOURCES["1080p"], 6.04)
    stops(talk, 6.0, TORN)
    stops(talk, 6.0)
    assert told(talk) == [("source_cut_off", 6.04)]


def test_the_cut_explains_a_complaint_that_leads_nowhere() -> None:
    talk = looking(SOURCES["1080p"], complaints=((0.0, ENDED_EARLY),), length_s=1.1)
    count_source(talk, SOURCES["1080p"], 1.1)
    for _ in range(4):
        passes(talk, 1.1)
    assert told(talk) == [("source_cut_off", 1.1)]


def test_a_source_may_be_damaged_and_cut_off() -> None:
    talk = looking(SOURCES["1080p"], complaints=((1.0, NAL),), length_s=6.0)
    count_source(talk, SOURCES["1080p"], 6.0)
    passes(talk)
    stops(talk, 2.0)
    assert told(talk) == [("source_damaged", 2.0), ("source_cut_off", 6.0)]


def test_a_cut_off_source_that_cannot_be_counted_is_cut_off() -> None:
    talk = looking(SOURCES["1080p"], length_s=6.0)
    talk.answers(value={"error": "Counting packets failed: [Errno 541478725] End of file"})
    assert told(talk) == [("source_cut_off", 6.0)]


def test_subtitles_that_last_longer_than_the_film_cut_nothing_off() -> None:
    film = source("film.mkv", video(), audio(), subtitle(2, "subrip"), container=MKV)
    talk = looking(film, length_s=6.0)
    count_source(talk, film, 6.0)
    assert told(talk) == []


def test_a_cover_says_nothing_about_where_the_sound_ends() -> None:
    song = source("song.mp3", audio(0), SOURCES["mp3-cover"].info.streams[1], container="mp3")  # type: ignore[union-attr]
    talk = looking(song, length_s=6.0)
    count_source(talk, song, 6.0)
    assert told(talk) == [("source_cut_off", 6.0)]


def test_what_was_counted_already_is_not_counted_again() -> None:
    film = SOURCES["1080p"]
    assert film.info is not None
    there = (Count(0, "video", 150, 0.0, 6.0), Count(1, "audio", 280, 0.0, 6.0))
    checked = Checked(selected(film.info, WEB), there, there)
    script = damage(film, film.info, an_output(film, WEB), Outcome(last_tick=Tick()), checked)
    assert told(drive(_shown(script))) == [("source_cut_off", 6.0)]


@pytest.mark.parametrize(
    ("at_s", "said"), ((0.0, "0.0 s"), (59.94, "59.9 s"), (60.0, "1:00"), (754.9, "12:34"), (5025.0, "1:23:45"))
)
def test_places_are_told_like_on_a_player(at_s: float, said: str) -> None:
    talk = looking(SOURCES["1080p"], complaints=((0.0, NAL),))
    passes(talk)
    stops(talk, at_s)
    assert f"damaged at {said};" in talk.returns()[0].warnings[0].message


def test_a_look_that_was_killed_says_nothing() -> None:
    talk = looking(SOURCES["1080p"], complaints=((0.0, NAL),))
    talk.fails(tool_killed("ffmpeg", "SIGKILL"))
    assert talk.gives_up().code == "tool_killed"
