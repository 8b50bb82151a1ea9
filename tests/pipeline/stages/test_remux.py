"""The last container: what goes into it, and what it does not take."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.problem import PipelineError, disk_full, no_stream
from pipeline.model.source import Source
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import container_of, settled
from pipeline.stages.encoders import Crf
from pipeline.stages.output import Output
from pipeline.stages.remux import faststart, refuse_unfit
from pipeline.stages.selection import selected
from tests.pipeline.stages.canned import SOURCES, audio, source, video
from tests.support.drive import Talk, drive

WEB = OutputChoices()


def finishing(kept: Source) -> Talk:
    """The conversation of the last remux."""
    assert kept.info is not None
    made = Output(WEB, selected(kept.info, WEB), "encode.mp4", "result.mp4", Crf(21))
    return drive(faststart(kept, kept.info, made), there=["encode.mp4"])


def test_every_stream_is_asked_for_by_its_place_so_that_none_can_go_missing() -> None:
    run = finishing(SOURCES["tracks"]).asks_for_run()
    assert [run.argv[at + 1] for at, word in enumerate(run.argv) if word == "-map"] == ["0:0", "0:1", "0:2", "0:3"]
    assert run.value_of("-c") == "copy"
    assert run.value_of("-movflags") == "+faststart"
    assert (run.step.reads, run.step.makes) == (("encode.mp4",), ("result.mp4",))
    assert (run.command.expect_frames, run.command.expect_s) == (250, 10.0)


@pytest.mark.parametrize(("name", "place"), (("cover-mp4", "v:1"), ("mp3-cover", "v:0"), ("flac-cover", "v:0")))
def test_the_cover_comes_from_the_source(name: str, place: str) -> None:
    talk = finishing(SOURCES[name])
    run = talk.asks_for_run()
    assert f"file:{SOURCES[name].file}" in run.argv
    assert run.value_of(f"-disposition:{place}") == "attached_pic"
    assert run.value_of("-map").startswith("1:")
    talk.answers()
    assert talk.returns() == ()


def test_a_stream_the_encoder_left_out_is_not_blamed_on_the_source() -> None:
    talk = finishing(SOURCES["1080p"])
    talk.fails(no_stream("/media/film.mp4", "such stream"))
    problem = talk.gives_up()
    assert (problem.code, problem.condemns) == ("result_wrong", ("encode.mp4",))


def test_a_full_disk_is_left_to_the_runner() -> None:
    talk = finishing(SOURCES["1080p"])
    talk.fails(disk_full("/out"))
    assert talk.gives_up().code == "disk_full"


def refusal(kept: Source, container: Any, video_codec: Any = "copy", audio_codec: Any = "copy") -> str:
    """The code of the Problem with which a copy is refused; empty where it is not."""
    assert kept.info is not None
    wanted = settled(OutputChoices(container=container, video=video_codec, audio=audio_codec))
    try:
        refuse_unfit(kept, kept.info, selected(kept.info, wanted), container_of(wanted))
    except PipelineError as error:
        return error.problem.code
    return ""


@pytest.mark.parametrize("codec", ("h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video"))
def test_pictures_players_know_in_mp4_are_copied(codec: str) -> None:
    assert refusal(source("film.mkv", video(codec=codec)), "mp4") == ""


@pytest.mark.parametrize("codec", ("ffv1", "vp8", "theora", "gif", "rawvideo", "prores", "vc1", ""))
def test_other_pictures_are_refused_there(codec: str) -> None:
    assert refusal(source("film.mkv", video(codec=codec)), "mp4") == "codec_not_for_container"
    assert refusal(source("film.mkv", video(codec=codec)), "mkv") == ""


@pytest.mark.parametrize("codec", ("vorbis", "pcm_s16le", "truehd", "dts", "wmav2"))
def test_sound_players_do_not_look_for_in_mp4_is_refused(codec: str) -> None:
    film = source("film.mkv", video(), audio(1), audio(2, codec=codec))
    assert refusal(film, "mp4") == "codec_not_for_container"
    assert refusal(film, "mp4", audio_codec="aac") == ""
    assert refusal(film, "mp4", audio_codec="none") == ""


def test_mp3_and_m4a_take_what_they_are_for() -> None:
    assert refusal(SOURCES["mp3-cover"], "mp3", "none") == ""
    assert refusal(SOURCES["1080p"], "mp3", "none") == "codec_not_for_container"
    assert refusal(SOURCES["1080p"], "m4a", "none") == ""
    assert refusal(SOURCES["flac-cover"], "m4a", "none") == "codec_not_for_container"


def test_a_bare_stream_has_no_times_to_copy() -> None:
    assert refusal(SOURCES["raw-h264"], "mp4") == "no_times"
    assert refusal(SOURCES["raw-h264"], "mp4", "h264") == ""
