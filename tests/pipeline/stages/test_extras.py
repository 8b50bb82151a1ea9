from __future__ import annotations

import pytest

from pipeline.model.problem import PipelineError
from pipeline.stages.extras import Extra, extra_of, extra_tags, with_extra


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("", Extra()),
        ("-g 50 -bf 3", Extra({"g": "50", "bf": "3"})),
        ("-bf:v 2 -refs:v:0 4", Extra({"bf": "2", "refs": "4"})),
        ("-x264-params 'aq-mode=3:psy-rd=1.0,0.1'", Extra({"x264-params": "aq-mode=3:psy-rd=1.0,0.1"})),
        ("-x264-params a=1 -x264-params b=2", Extra({"x264-params": "a=1:b=2"})),
        ("-profile:v high -level 4.1", Extra({"profile": "high", "level": "4.1"})),
        ("-svtav1-params film-grain=8:tune=0", Extra({"svtav1-params": "film-grain=8:tune=0"})),
        ("-qmin -1", Extra({"qmin": "-1"})),
        ("-flags +cgop-loop", Extra({"flags": "+cgop-loop"})),
        ("-cutoff 18000", Extra(audio={("cutoff", ""): "18000"})),
        ("-compression_level:a:1 10", Extra(audio={("compression_level", "1"): "10"})),
        ("-profile:a aac_low", Extra(audio={("profile", ""): "aac_low"})),
        ('-metadata title="A day out"', Extra(tags=("title=A day out",))),
        ("-metadata:g title=x -metadata comment=a=b", Extra(tags=("title=x", "comment=a=b"))),
    ],
)
def test_what_encoders_may_be_told_is_taken(text: str, extra: Extra) -> None:
    assert extra_of(text) == extra


@pytest.mark.parametrize(
    ("text", "why"),
    [
        # Not what a shell would read.
        ("-g '50", "A quote is opened in it and not closed"),
        ("-g", "-g has no value behind it"),
        # Mapping.
        ("-map 0", "it would change which streams there are"),
        ("-vn", "it would change which streams there are"),
        ("-disposition:a:0 none", "it would change which streams there are"),
        ("-map_chapters -1", "the option “chapters”"),
        # Output.
        ("second.mp4", "ffmpeg would write a file of that name"),
        ("-g 50 /tmp/second.mp4", "ffmpeg would write a file of that name"),
        ("-", "ffmpeg would write a file of that name"),
        ("-f null", "the option “container”"),
        ("-y", "Reelyard names and writes the files itself"),
        ("-movflags +faststart", "the option “container”"),
        # Safety.
        ("-i other.mp4", "nothing but the source is read"),
        ("-protocol_whitelist http", "nothing but the source is read"),
        ("-filter_complex movie=a.mp4", "the option “filters”"),
        ("-lavfi testsrc", "the option “filters”"),
        ("-/filter script.txt", "would read a file"),
        ("-passlogfile x", "Reelyard names and writes the files itself"),
        ("-report", "Reelyard names and writes the files itself"),
        ("-vstats_file x", "Reelyard names and writes the files itself"),
        ("-attach font.ttf", "the option “attachments”"),
        ("-dump_attachment:t x", "the option “attachments”"),
        ("-init_hw_device vaapi=x", "the option “encoder”"),
        ("-x264-params aq-mode=3:stats=/tmp/x", "stats in -x264-params reads or writes a file"),
        ("-x265-params csv=/tmp/x", "csv in -x265-params reads or writes a file"),
        ("-x265-params film-grain=/tmp/x", "film-grain in -x265-params reads or writes a file"),
        ("-x265-params no-qpfile=x", "reads or writes a file"),
        ("-x264-params dump_yuv=x", "reads or writes a file"),
        (r"-x264-params 'st\ats=/tmp/x'", "can have no backslashes or quotes"),
        ("-x264-params \"'stats'=/tmp/x\"", "can have no backslashes or quotes"),
        ("-x264opts qpfile=x", "reads or writes a file"),
        # Progress.
        ("-progress x", "Reelyard names and writes the files itself"),
        ("-loglevel quiet", "what progress and errors are read from"),
        ("-v quiet", "what progress and errors are read from"),
        ("-nostats", "what progress and errors are read from"),
        # What other options say.
        ("-c:v libx264", "-c:v is said by the option “video”"),
        ("-vcodec libx264", "the option “video”"),
        ("-c:a copy", "-c:a is said by the option “audio”"),
        ("-crf 18", "the option “crf”"),
        ("-qp 18", "the option “crf”"),
        ("-b:v 5M", "-b:v is said by the option “video_kbps”"),
        ("-b:a 192k", "-b:a is said by the option “audio_kbps”"),
        ("-preset slow", "the option “speed”"),
        ("-vf hflip", "the option “filters”"),
        ("-filter:v hflip", "the option “filters”"),
        ("-filter:a volume=2", "the option “loudness”"),
        ("-af volume=2", "the option “loudness”"),
        ("-pix_fmt yuv444p", "the option “bit_depth”"),
        ("-r 25", "the option “fps”"),
        ("-ss 5", "the option “start”"),
        ("-t 5", "the option “end”"),
        ("-ac 1", "the option “channels”"),
        ("-pass 2", "the option “rate”"),
        ("-color_range pc", "the option “hdr”"),
        ("-x264-params crf=18", "crf in -x264-params is said by the option “crf”"),
        ("-svtav1-params preset=3", "the option “speed”"),
        ("-x265-params max-cll=1000,400", "the option “hdr”"),
        # Times.
        ("-vsync cfr", "move pictures and sound in time"),
        ("-enc_time_base 1/25", "move pictures and sound in time"),
        ("-x264-params force-cfr=1", "move pictures in time"),
        # The rest.
        ("-threads 1", "the settings say how much of the computer is used"),
        ("-x264-params threads=1", "the settings say how much of the computer is used"),
        ("-flags +pass1", "-flags pass1 is not among those known to be safe"),
        ("-flags +global_header", "-flags global_header is not among those known to be safe"),
        ("-bsf:v noise", "not among the arguments known to be safe"),
        ("-rc-lookahed 10", "the nearest that is known is -rc-lookahead"),
        ("-tag:v avc1", "players know the codec by it"),
        ("-g:s 1", "is for a stream that is not encoded here"),
        ("-g:v:1 50", "is for a stream that is not encoded here"),
        ("-bf:p:0:v 1", "is for a stream that is not encoded here"),
        ("-metadata title", "-metadata takes a name and a text"),
        ("-metadata:s:a:0 language=eng", "is about one stream"),
        ("-bf:a 2", "not among the arguments known to be safe"),
        ("--help", "is no argument of ffmpeg's"),
    ],
)
def test_what_meddles_elsewhere_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(PipelineError) as refused:
        extra_of(text)
    assert refused.value.problem.code == "bad_option"
    assert "“extra”" in refused.value.problem.message
    assert why in refused.value.problem.why


def test_they_win_over_ours() -> None:
    ours = {"c:v:0": "libx264", "g:v:0": 125, "crf:v:0": "21"}
    assert with_extra(ours, "-g 50 -bf:v 3", "v:0") == {**ours, "g:v:0": "50", "bf:v:0": "3"}
    assert with_extra(ours, "", "v:0") == ours


def test_parameters_add_to_ours() -> None:
    made = with_extra({"x265-params:v:0": "log-level=error"}, "-x265-params rd=4", "v:0")
    assert made == {"x265-params:v:0": "log-level=error:rd=4"}


def test_each_kind_goes_to_its_streams() -> None:
    extra = "-g 50 -cutoff 18000 -compression_level:a:1 5 -metadata title=x"
    assert with_extra({}, extra, "v:0") == {"g:v:0": "50"}
    assert with_extra({}, extra, "a:0") == {"cutoff:a:0": "18000"}
    assert with_extra({}, extra, "a:1") == {"cutoff:a:1": "18000", "compression_level:a:1": "5"}
    assert extra_tags(extra) == {"metadata": ["title=x"]}
    assert extra_tags("-g 50") == extra_tags("") == {}
