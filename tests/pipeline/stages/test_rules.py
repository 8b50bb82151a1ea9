from __future__ import annotations

import os
from typing import Any

import msgspec
import pytest

from pipeline.model.problem import PipelineError, Problem
from pipeline.model.source import Source
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.rules import check_rules, refuse_larger, skipped_by, without_rules
from tests.pipeline.stages.canned import SOURCES, audio, cover, source, video


def verdict(of: Source, **rules: Any) -> Problem | None:
    """What the rules say of a source."""
    assert of.info is not None
    return skipped_by(of, of.info, OutputChoices(**rules))


def at(path: bytes, subfolder: bytes = b"") -> Source:
    """A film that lies there."""
    return msgspec.structs.replace(source("film.mp4", video(), audio()), path=path, subfolder=subfolder)


def sized(size: int, **changes: Any) -> Source:
    """A film of 10 s that has so many bytes."""
    return msgspec.structs.replace(source("film.mp4", video(), audio(), **changes), size=size)


@pytest.mark.parametrize("name", SOURCES)
def test_without_a_rule_everything_is_wanted(name: str) -> None:
    assert verdict(SOURCES[name]) is None


@pytest.mark.parametrize(
    ("of", "rules", "sentence"),
    [
        (SOURCES["hevc"], {"skip_codecs": "hevc,av1"}, "phone.mov is HEVC already; the rule skips hevc and av1."),
        (SOURCES["hevc"], {"skip_codecs": " AV1 , H265 "}, "phone.mov is HEVC already; the rule skips av1 and hevc."),
        (SOURCES["1080p"], {"skip_codecs": "avc"}, "film.mp4 is H.264 already; the rule skips h264."),
        (SOURCES["wav"], {"skip_codecs": "pcm_*"}, "speech.wav is PCM_S16LE already; the rule skips pcm_*."),
        (SOURCES["mp3-cover"], {"skip_codecs": "mp3"}, "song.mp3 is MP3 already; the rule skips mp3."),
        (
            sized(1_249_999),
            {"skip_below_kbps": 1000},
            "film.mp4 has 999 kb/s in all; the rule skips what has less than 1,000 kb/s.",
        ),
        (
            sized(9_000_000, bit_rate=1_499_000),
            {"skip_below_kbps": 1500},
            "film.mp4 has 1,499 kb/s in all; the rule skips what has less than 1,500 kb/s.",
        ),
        (
            sized(3_210_000),
            {"skip_below_mb": 5},
            "film.mp4 is 3.2 MB large; the rule skips what is smaller than 5 MB.",
        ),
        (
            SOURCES["odd-size"],
            {"skip_below_height": 720},
            "odd.mkv is 321×181; the rule skips pictures whose shorter side is below 720.",
        ),
        (
            SOURCES["1080p"],
            {"only_names": "*.mov; A?1*"},
            "film.mp4 is not named *.mov or A?1*; the rule takes no others.",
        ),
        (SOURCES["1080p"], {"skip_names": "._*;FILM.*"}, "film.mp4 is named like FILM.*; the rule skips those."),
        (
            SOURCES["1080p"],
            {"only_folders": "DCIM;2026-*"},
            "film.mp4 is in no folder named DCIM or 2026-*; the rule takes no others.",
        ),
        (
            at(b"/films/Extras/film.mp4"),
            {"skip_folders": "trailers;extras"},
            "film.mp4 is in the folder Extras; the rule skips extras.",
        ),
    ],
)
def test_a_rule_says_itself_and_what_made_it_apply(of: Source, rules: dict[str, Any], sentence: str) -> None:
    problem = verdict(of, **rules)
    assert problem is not None
    assert problem.message == sentence
    (rule,) = rules
    assert f"“{rule}”" in problem.why
    assert (problem.code, problem.remedy.action) == ("skipped_by_rule", "retry")


@pytest.mark.parametrize(
    ("of", "rules"),
    [
        (SOURCES["1080p"], {"skip_codecs": "hevc,av1"}),
        (SOURCES["1080p"], {"skip_codecs": "aac"}),
        (source("covered.m4a", audio(0), cover(1)), {"skip_codecs": "mjpeg"}),
        (sized(1_250_000), {"skip_below_kbps": 1000}),
        (sized(1, duration_s=None), {"skip_below_kbps": 1000}),
        (sized(-1), {"skip_below_kbps": 1000, "skip_below_mb": 5}),
        (sized(5_000_000), {"skip_below_mb": 5}),
        (SOURCES["vertical-phone"], {"skip_below_height": 1080}),
        (SOURCES["wav"], {"skip_below_height": 1080}),
        (SOURCES["1080p"], {"only_names": "*.MOV;*.MP4"}),
        (SOURCES["1080p"], {"only_names": " ; "}),
        (SOURCES["1080p"], {"skip_names": "film"}),
        (at(b"/films/extras.mp4"), {"skip_folders": "extras*"}),
        (at(b"/films/extras of mine/film.mp4"), {"skip_folders": "extras"}),
    ],
)
def test_what_a_rule_does_not_mean_is_wanted(of: Source, rules: dict[str, Any]) -> None:
    assert verdict(of, **rules) is None


def test_a_name_with_brackets_is_its_own_pattern() -> None:
    film = at(b"/films/Film [2020].mp4")
    assert verdict(film, only_names="film [2020].mp4") is None
    assert verdict(film, only_names="film [[]2020].*") is None
    assert verdict(film, only_names="film [2019].mp4") is not None


def test_an_accent_is_the_same_however_it_is_put_together() -> None:
    assert verdict(at("/films/Cafe\u0301.mp4".encode()), only_names="CAF\u00c9.*") is None


@pytest.mark.parametrize(
    ("rules", "is_skipped"),
    [
        ({"skip_names": "caf?.mp4"}, True),
        ({"only_names": "*.mov"}, True),
        ({"only_names": os.fsdecode(b"caf\xe9.*")}, False),
        ({"skip_folders": "d?ner"}, True),
        ({"only_folders": os.fsdecode(b"d\xeener")}, False),
        ({"only_folders": os.fsdecode(b"d\xefner")}, True),
    ],
)
def test_names_that_are_no_text_are_compared_and_said(rules: dict[str, Any], is_skipped: bool) -> None:
    problem = verdict(at(b"/films/d\xeener/caf\xe9.mp4"), **rules)
    assert (problem is not None) is is_skipped
    if problem is not None:
        str(problem).encode("utf-8")
        assert problem.message.startswith("caf\ufffd.mp4 is ")


@pytest.mark.parametrize(
    ("pattern", "is_taken"),
    [("DCIM", True), ("dcim", True), ("100CANON", True), ("card", True), ("DCIM*", True), ("clip.mov", False)],
)
def test_a_folder_counts_at_any_depth_and_its_file_does_not(pattern: str, is_taken: bool) -> None:
    film = at(b"/media/card/DCIM/100CANON/clip.mov", subfolder=b"DCIM/100CANON")
    assert (verdict(film, only_folders=pattern) is None) is is_taken


def test_a_link_is_named_by_its_last_part() -> None:
    info = SOURCES["1080p"].info
    link = Source(url="https://example.com/films/clip.mov?x=1/", info=info)
    assert info is not None
    assert skipped_by(link, info, OutputChoices(skip_names="*proxy*")) is None
    assert skipped_by(link, info, OutputChoices(skip_names="*")) is not None


@pytest.mark.parametrize(
    ("made_bytes", "saving", "sentence"),
    [
        (900_000, None, None),
        (2_000_000, None, None),
        (999_999, 0, None),
        (900_000, 10, None),
        (1_000_000, 0, "The result is 1.0 MB, as large as film.mp4 with 1.0 MB; the rule keeps only what is smaller "
         "than its source."),
        (1_000_001, 0, "The result is 1.0 MB, less than 0.1 % larger than film.mp4 with 1.0 MB; the rule keeps only "
         "what is smaller than its source."),
        (1_254_000, 5, "The result is 1.3 MB, 25.4 % larger than film.mp4 with 1.0 MB; the rule keeps only what is "
         "smaller by at least 5 %."),
        (900_001, 10, "The result is 900 kB, 9.9 % smaller than film.mp4 with 1.0 MB; the rule keeps only what is "
         "smaller by at least 10 %."),
        (10_000_000_000, 5, "The result is 10.0 GB, 999,900 % larger than film.mp4 with 1.0 MB; the rule keeps only "
         "what is smaller by at least 5 %."),
    ],
)  # fmt: skip
def test_a_result_is_kept_where_it_saves_enough(made_bytes: int, saving: float | None, sentence: str | None) -> None:
    problem = refuse_larger(sized(1_000_000), made_bytes, OutputChoices(min_saving=saving))
    assert (problem.message if problem else None) == sentence


@pytest.mark.parametrize("size", [-1, 0])
def test_a_result_is_kept_where_nobody_knows_how_large_its_source_is(size: int) -> None:
    assert refuse_larger(sized(size), 5, OutputChoices(min_saving=0)) is None


def test_without_rules_all_else_stays() -> None:
    ruled = OutputChoices(
        crf=20, name="{stem} x", min_saving=0, skip_codecs="h264", skip_below_kbps=10**6, skip_below_mb=1e6,
        skip_below_height=9999, only_names="x", skip_names="*", only_folders="x", skip_folders="*",
    )  # fmt: skip
    assert without_rules(ruled) == OutputChoices(crf=20, name="{stem} x")


def test_every_rule_can_be_switched_off() -> None:
    usual = OutputChoices()
    rules = [name for name in usual.__struct_fields__ if name.startswith(("skip_", "only_", "min_"))]
    changed: dict[str, Any] = {rule: "x" if isinstance(getattr(usual, rule), str) else 1 for rule in rules}
    assert without_rules(OutputChoices(**changed)) == usual


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"skip_codecs": "hvec"}, "No codec is named “hvec”; the nearest is hevc."),
        ({"skip_codecs": "h264,vp99"}, "No codec is named “vp99”; the nearest is vp9."),
        ({"skip_codecs": "????????????????"}, "No codec is named “????????????????”"),
        ({"only_names": "DCIM/*.mov"}, "“DCIM/*.mov” has a separator in it; it is compared with one file name at a"),
        ({"skip_folders": "a;b/c"}, "“b/c” has a separator in it; it is compared with one folder name at a time"),
    ],
)
def test_a_rule_that_could_never_apply_is_refused(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(PipelineError) as refused:
        check_rules(OutputChoices(**rules))
    assert refused.value.problem.code == "bad_option"
    assert f"“{next(iter(rules))}”" in refused.value.problem.message
    assert said in refused.value.problem.why


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"skip_codecs": "h264, HEVC,av1,,x265,mpeg2,pcm_*,pcm_s16le,adpcm_ima_wav,wm*"},
        {"only_names": "[;*", "skip_names": "a!b;[z-a]*", "only_folders": "2026-*", "skip_folders": "."},
    ],
)
def test_what_can_be_meant_is_taken(rules: dict[str, Any]) -> None:
    check_rules(OutputChoices(**rules))
    verdict(SOURCES["1080p"], **rules)
