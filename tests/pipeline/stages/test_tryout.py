"""A person's own filters and arguments, tried: as a conversation, and with the real ffmpeg."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.machine import HardwareCodec
from pipeline.model.problem import PipelineError
from pipeline.model.stage import Script, Talk
from pipeline.stages.tryout import check_own, tried, tries
from tests.pipeline.stages.canned import SOURCES, an_output, wanted
from tests.support import drive as support
from tests.support.builders import ffmpeg
from tests.support.child import run
from tests.support.drive import drive


def talk_of(name: str = "1080p", **choices: Any) -> support.Talk:
    """The conversation of a trial."""
    source = SOURCES[name]
    assert source.info is not None
    return drive(_nothing(tried(source.info, an_output(source, wanted(**choices)))))


def _nothing(talk: Talk[None]) -> Script:
    yield from talk
    return ()


def test_nothing_is_tried_where_nothing_is_given() -> None:
    assert not tries(wanted())
    assert not tries(wanted(video="copy", filters="hflip"))
    assert talk_of().returns() == ()


def test_filters_run_on_a_blank_film_of_the_same_size() -> None:
    talk = talk_of(filters="hflip,eq=contrast=1.1", max_height=720)
    words = talk.asks_for_run().argv_text
    assert "color=size=1280x720:rate=25" in words
    assert "hflip,eq=contrast=1.1" in words
    assert talk.asks_for_run().argv[-1] == "-"
    talk.answers()
    assert talk.returns() == ()


def test_arguments_run_with_the_encoder_they_are_for() -> None:
    run_ = talk_of(extra="-x264-params aq-mode=3 -cutoff 18000").asks_for_run()
    assert run_.value_of("-c:v:0") == "libx264"
    assert run_.value_of("-x264-params:v:0") == "aq-mode=3"
    assert run_.value_of("-cutoff:a:0") == "18000"
    assert "anullsrc" in run_.argv_text


def test_what_hardware_refuses_is_tried_with_software() -> None:
    source = SOURCES["1080p"]
    assert source.info is not None
    made = an_output(source, wanted(extra="-bf 3"), hardware=HardwareCodec("h264_nvenc"))
    talk = drive(_nothing(tried(source.info, made)))
    assert talk.asks_for_run().value_of("-c:v:0") == "h264_nvenc"
    talk.answers(exit_code=1, stderr="[h264_nvenc] Max B-frames 3 exceed 0")
    assert talk.asks_for_run().value_of("-c:v:0") == "libx264"
    talk.answers()
    assert talk.returns() == ()


def test_both_are_tried_one_after_the_other() -> None:
    talk = talk_of(filters="hflip", extra="-g 50")
    talk.answers()
    assert talk.asks_for_run().value_of("-g:v:0") == "50"
    talk.answers()
    assert talk.returns() == ()


def test_tags_alone_need_no_trial() -> None:
    talk = talk_of("wav", container="mp3", video="none", audio="mp3", extra="-metadata title=x")
    assert talk.returns() == ()


@pytest.mark.parametrize(
    ("choices", "option"),
    [({"filters": "movie=x"}, "filters"), ({"extra": "-map 0"}, "extra"), ({"video": "copy", "extra": "-y"}, "extra")],
)
def test_what_is_not_allowed_is_refused_before_anything_runs(choices: dict[str, Any], option: str) -> None:
    with pytest.raises(PipelineError) as refused:
        check_own(wanted(**choices))
    assert f"“{option}”" in refused.value.problem.message


GOOD: list[dict[str, Any]] = [
    {"filters": "hflip,eq=contrast=1.1:saturation=1.2"},
    {"filters": r"drawtext=text='a, b; c':x=10"},
    {"filters": "setpts=0.5*PTS"},
    {"filters": "crop=100:100,scale=64:64"},
    {"extra": "-g 50 -bf 3 -refs 4 -profile:v high -level 4.1 -x264-params aq-mode=3:deblock=-1,-1"},
    {"video": "hevc", "extra": "-x265-params rd=3:aq-mode=2"},
    {"video": "av1", "extra": "-svtav1-params film-grain-denoise=0:tune=0"},
    {"video": "vp9", "extra": "-lag-in-frames 25 -tile-columns 2 -tune-content film"},
    {"container": "mov", "video": "prores", "extra": "-bits_per_mb 2000"},
    {"container": "gif", "video": "gif", "audio": "none", "extra": "-gifflags -offsetting"},
    {"extra": "-cutoff 18000 -aac_coder fast"},
    {"audio": "opus", "extra": "-application lowdelay -frame_duration 10"},
    {"audio": "flac", "container": "mkv", "extra": "-compression_level:a 12"},
]

BAD: list[tuple[dict[str, Any], str]] = [
    ({"filters": "hflop"}, "No such filter: 'hflop'"),
    ({"filters": "eq=contrast=2:foo=1"}, "Error applying option 'foo' to filter 'eq': Option not found"),
    ({"filters": "hflip=3=4"}, ""),
    ({"filters": "split"}, ""),
    ({"filters": "overlay"}, ""),
    ({"filters": "testsrc"}, ""),
    ({"filters": "volume=2"}, ""),
    ({"filters": "lut3d=/there/is/none.cube"}, "/there/is/none.cube: No such file or directory"),
    ({"filters": "crop=9999:1"}, "Invalid too big or non positive size"),
    ({"extra": "-x264-params nosuch=1"}, "Error parsing option 'nosuch = 1'"),
    ({"extra": "-profile:v nosuch"}, "Error setting profile nosuch"),
    ({"extra": "-bf many"}, "Unable to parse"),
    ({"extra": "-row-mt 1"}, "has not been used for any stream"),
    ({"extra": "-application voip"}, "has not been used for any stream"),
    ({"video": "hevc", "extra": "-x265-params nosuch=1"}, "Unknown option: nosuch"),
    ({"video": "av1", "extra": "-svtav1-params nosuch=1"}, "Error parsing option nosuch"),
]


def really(choices: dict[str, Any]) -> support.Talk:
    """The conversation with the real ffmpeg answering."""
    has_sound = "audio" in choices or "-cutoff" in str(choices) or "-application" in str(choices)
    talk = talk_of("1080p" if has_sound else "odd-size", **choices)
    while not talk.is_over:
        ended = run([ffmpeg(), *talk.asks_for_run().argv[1:]])
        lines = [line for line in ended.out.splitlines() + ended.err.splitlines() if "=" not in line.partition(" ")[0]]
        errors = tuple((0.0, line.partition("[error] ")[2]) for line in lines if "[error] " in line)
        talk.answers(exit_code=ended.code, stderr="\n".join(lines), complaints=errors)
    return talk


@pytest.mark.slow
@pytest.mark.parametrize("choices", GOOD, ids=str)
def test_what_ffmpeg_takes_passes(choices: dict[str, Any]) -> None:
    check_own(wanted(**choices))
    assert really(choices).returns() == ()


@pytest.mark.slow
@pytest.mark.parametrize(("choices", "said"), BAD, ids=[str(choices) for choices, _ in BAD])
def test_what_ffmpeg_does_not_take_is_refused_in_its_words(choices: dict[str, Any], said: str) -> None:
    problem = really(choices).gives_up()
    assert problem.code == "bad_option"
    assert said in problem.why
