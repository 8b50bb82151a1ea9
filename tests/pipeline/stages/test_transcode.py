"""The encode as a conversation: what it asks for, and what it makes of the answer."""

from __future__ import annotations

import pytest

from pipeline.model.job import Artifact
from pipeline.model.source import Source
from pipeline.model.stage import Script, Talk, Tick
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.transcode import Wrote, encoded
from tests.pipeline.stages.canned import EMPTY, SOURCES, an_output, audio, source, video, wanted
from tests.support import drive as support
from tests.support.drive import drive

WEB = wanted("mp4", "h264", "aac")
REMUX = wanted("mp4", "copy", "copy")
MP3 = wanted("mp3", "none", "mp3", audio_kbps=192)
ENDED = Tick(out_time_s=10.0, frame=250)


def asked(kept: Source, choices: OutputChoices) -> support.Talk:
    """The conversation of an encode; its Outcome is kept in an artifact's measures."""
    assert kept.info is not None
    result = "result.mp4" if choices.container == "mp4" and choices is not REMUX else f"made.{choices.container}"
    made = an_output(kept, choices, result, "made.mp4" if result == "result.mp4" else "")
    return drive(_told(encoded(kept, kept.info, [made])))


def _told(talk: Talk[tuple[Wrote, ...]]) -> Script:
    return tuple(Artifact(b"told", measures={"frames": each.frames, "end_s": each.end_s}) for each in (yield from talk))


def test_a_film_is_asked_for_with_frames_at_their_own_time() -> None:
    run = asked(SOURCES["1080p"], WEB).asks_for_run()
    assert run.value_of("-c:v:0") == "libx264"
    assert run.value_of("-fps_mode:v:0") == "passthrough"
    assert run.value_of("-enc_time_base:v:0") == "demux"
    assert run.value_of("-movflags") == "+hybrid_fragmented+delay_moov"
    assert run.step.makes == ("made.mp4",)
    assert (run.step.label, run.step.lane) == ("Encode", "cpu")


@pytest.mark.parametrize(
    ("name", "choices", "frames", "seconds"),
    (
        ("1080p", WEB, 250, 10.0),
        ("1080p", REMUX, 250, 10.0),
        ("1080p", MP3, 0, 10.0),
        ("4k-hdr10", WEB, 250, 10.0),
        ("raw-h264", WEB, 0, 0.0),
        ("wav", WEB, 0, 10.0),
    ),
)
def test_progress_counts_frames_where_there_are_pictures(
    name: str, choices: OutputChoices, frames: int, seconds: float
) -> None:
    command = asked(SOURCES[name], choices).asks_for_run().command
    assert (command.expect_frames, command.expect_s) == (frames, seconds)


@pytest.mark.parametrize(
    ("channels", "codec", "kbps", "rate"),
    (
        (1, "aac", 160, "96k"),
        (2, "aac", 160, "160k"),
        (6, "aac", 160, "480k"),
        (8, "aac", 320, "1024k"),
        (2, "mp3", 192, "192k"),
        (6, "mp3", 192, "192k"),
        (6, "mp3", 320, "320k"),
    ),
)
def test_sound_gets_bits_for_its_channels(channels: int, codec: str, kbps: int, rate: str) -> None:
    kept = source("song.mka", audio(0, channels=channels))
    run = asked(kept, wanted("mp4", "none", codec, audio_kbps=kbps)).asks_for_run()
    assert run.value_of("-b:a:0") == rate


def test_sound_stays_on_time_and_starts_at_zero_where_nothing_says_when() -> None:
    assert asked(SOURCES["1080p"], WEB).asks_for_run().value_of("-filter:a:0") == "aresample=async=1"
    assert asked(SOURCES["1080p"], MP3).asks_for_run().value_of("-filter:a:0") == "aresample=async=1:first_pts=0"


def test_a_cover_is_marked_among_the_pictures() -> None:
    run = asked(SOURCES["cover-mp4"], REMUX).asks_for_run()
    assert run.value_of("-disposition:v:1") == "attached_pic"
    assert run.value_of("-c:v:1") == "copy"
    alone = asked(SOURCES["mp3-cover"], MP3).asks_for_run()
    assert alone.value_of("-disposition:v:0") == "attached_pic"


def test_only_the_film_gets_the_brand_of_hevc() -> None:
    covered = source("covered.mov", video(codec="hevc"), audio(), SOURCES["cover-mp4"].info.streams[2])  # type: ignore[union-attr]
    run = asked(covered, REMUX).asks_for_run()
    assert run.value_of("-tag:v:0") == "hvc1"
    assert "-tag:v" not in run.argv
    assert "-tag:v:1" not in run.argv


def test_tags_are_taken_from_where_the_container_has_them() -> None:
    assert asked(SOURCES["ogg"], MP3).asks_for_run().value_of("-map_metadata") == "0:s:0"
    assert asked(SOURCES["1080p"], WEB).asks_for_run().value_of("-map_metadata") == "0"


def test_the_sound_of_an_ogg_film_is_read_by_itself_and_timed_by_its_samples() -> None:
    run = asked(SOURCES["ogg-film"], WEB).asks_for_run()
    assert run.argv.count("file:/media/film.ogv") == 2
    assert [run.argv[at + 1] for at, word in enumerate(run.argv) if word == "-map"][1] == "1:1"
    assert run.value_of("-filter:a:0") == "asetpts=N/SR/TB,aresample=async=1"
    assert asked(SOURCES["ogg"], MP3).asks_for_run().argv.count("-i") == 1


def test_a_film_through_filters_keeps_its_language() -> None:
    assert asked(SOURCES["tracks"], WEB).asks_for_run().value_of("-metadata:s:v:0") == "language=eng"


def test_the_outcome_is_handed_on() -> None:
    talk = asked(SOURCES["1080p"], WEB)
    talk.answers(last_tick=ENDED)
    assert talk.returns()[0].measures == {"frames": 250, "end_s": 10.0}


def test_what_an_earlier_recipe_made_is_read_as_scratch() -> None:
    made = Source(path=b"1-1/result.mp4", size=5, mtime_ns=5, info=SOURCES["1080p"].info)
    assert made.info is not None
    talk = drive(_told(encoded(made, made.info, [an_output(made, WEB, "2-1/a.mp4")])), there=["1-1/result.mp4"])
    assert talk.asks_for_run().step.reads == ("1-1/result.mp4",)
    assert "file:1-1/result.mp4" in talk.asks_for_run().argv


@pytest.mark.parametrize(
    ("kept", "choices", "said"),
    (
        (EMPTY, WEB, "There is no video or audio stream in this file: /media/empty.mp4."),
        (SOURCES["video-only"], MP3, "There is no audio stream in this file: /media/silent.mp4."),
        (SOURCES["wav"], wanted("mp4", "h264", "none"), "There is no video stream in this file: /media/speech.wav."),
    ),
)
def test_nothing_runs_for_a_source_without_what_is_wanted(kept: Source, choices: OutputChoices, said: str) -> None:
    problem = asked(kept, choices).gives_up()
    assert (problem.code, problem.message) == ("no_stream", said)


def test_options_that_leave_nothing_are_told_as_such() -> None:
    problem = asked(SOURCES["1080p"], wanted("mp4", "none", "none")).gives_up()
    assert (problem.code, problem.message) == ("bad_option", "The option “audio” has a value it cannot take.")


def test_a_source_nothing_could_be_decoded_of_is_damaged() -> None:
    talk = asked(SOURCES["1080p"], WEB)
    lines = "[h264] non-existing PPS 0 referenced\n[h264] decode_slice_header error\n[h264] no frame!"
    talk.answers(stderr=lines, complaints=((0.0, "[h264] no frame!"),), last_tick=Tick())
    assert talk.gives_up().code == "source_damaged"


def test_a_source_whose_streams_are_empty_has_none() -> None:
    talk = asked(SOURCES["1080p"], MP3)
    # What ffmpeg 9.0.2 says of a track that is declared and has nothing in it; it ends well.
    talk.answers(stderr="[out#0/mp3] Output file is empty, nothing was encoded", last_tick=Tick())
    assert talk.gives_up().code == "no_stream"


def test_a_single_picture_with_a_complaint_is_a_result() -> None:
    talk = asked(SOURCES["1080p"], WEB)
    talk.answers(complaints=((0.0, "[h264] no frame!"),), last_tick=Tick(frame=1))
    assert talk.returns()


def test_a_cover_does_not_count_as_something_that_was_decoded() -> None:
    talk = asked(SOURCES["mp3-cover"], MP3)
    talk.answers(complaints=((0.0, "[mp3float] Header missing"),), last_tick=Tick(frame=1))
    assert talk.gives_up().code == "source_damaged"


def test_pictures_copied_without_times_are_refused() -> None:
    # What ffmpeg 9.0.2 says when H.264 with B-frames is copied out of an AVI; it ends well.
    lines = (
        "[mp4] Timestamps are unset in a packet for stream 0. This is deprecated and will stop working in the future. "
        "Fix your code to set the timestamps properly\n[mp4] pts has no value\n[mp4] pts has no value"
    )
    talk = asked(source("old.avi", video(), audio(), container="avi"), REMUX)
    talk.answers(stderr=lines, last_tick=ENDED)
    assert talk.gives_up().code == "no_times"


def test_a_failed_encode_is_left_to_the_runner() -> None:
    talk = asked(SOURCES["1080p"], WEB)
    talk.answers(exit_code=187, stderr="[vost#0:0/libx264] Error while opening encoder")
    assert talk.gives_up().code == "tool_failed"


def test_pictures_are_told_of_the_first_output_that_has_any() -> None:
    covered = SOURCES["cover-mp4"]
    assert covered.info is not None
    film, sound = an_output(covered, WEB, "result.mp4", "made.mp4"), an_output(covered, MP3, "result.mp3")
    silent = an_output(covered, wanted(audio="none", container="mkv"), "result.mkv")
    for outputs, frames in (
        ([film], [250]),
        ([film, silent], [250, None]),
        # Its cover is a picture, too, and the one ffmpeg counts; of the film nothing is known then.
        ([sound, film], [None, None]),
        ([silent, sound], [250, None]),
    ):
        talk = drive(_told(encoded(covered, covered.info, outputs)))
        talk.answers(last_tick=ENDED)
        assert [each.measures["frames"] for each in talk.returns()] == frames
