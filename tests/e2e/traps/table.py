"""The traps: a source each, what is asked of us and of HandBrakeCLI, and what has to hold for the result of both."""

from __future__ import annotations

from dataclasses import dataclass

from tests.e2e.traps import clips as c
from tests.e2e.traps import faults as f
from tests.support.names import ODD_NAMES


@dataclass(frozen=True)
class Trap:
    """One trap. `sets` are options on top of the preset; `theirs` the words a user of HandBrakeCLI would give.

    `theirs` None: that program has no such option; `lacks` says what it is.
    """

    name: str
    source: c.Maker
    checks: tuple[f.Check, ...]
    sets: tuple[str, ...] = ()
    theirs: tuple[str, ...] | None = ()
    suffix: str = "mp4"
    preset: str = "web-1080p"
    lacks: str = ""


_TEN_BITS = {
    "h264": ("x264_10bit", ("--encoder-preset", "ultrafast"), ("video=h264", "bit_depth=10")),
    "hevc": ("x265_10bit", ("--encoder-preset", "ultrafast"), ("video=hevc",)),
    "av1": ("svt_av1_10bit", ("--encoder-preset", "12"), ("video=av1",)),
    "vp9": ("VP9_10bit", ("--encoder-preset", "veryfast"), ("video=vp9",)),
}
# Hardly any player shows H.264 as HDR.
_OR = {"h264": " or refused", "hevc": "", "av1": "", "vp9": ""}
_SDR = (
    "--colorspace", "primaries=bt709:transfer=bt709:matrix=bt709:range=limited:tonemap=hable:desat=0",
)  # fmt: skip
_ALL_TRACKS = ("--all-audio", "--all-subtitles", "--markers")
_NAMES = ("unicode", "leading dash", "newline", "percent", "quotes", "brackets", "drive", "protocol", "pipe protocol")


def _hdr10() -> tuple[Trap, ...]:
    return tuple(
        Trap(
            f"HDR10 is kept{_OR[video]}: {video} in {suffix.upper()}",
            c.shared("hdr10.mkv"),
            (f.hdr10_or_refused,) if _OR[video] else (f.codec(video), f.is_hdr("smpte2084")),
            (*sets, "hdr=keep", f"container={suffix}", "max_height=0"),
            None if (video, suffix) == ("vp9", "mp4") else ("--encoder", encoder, *speed),
            suffix,
            lacks="it has no VP9 in MP4" if (video, suffix) == ("vp9", "mp4") else "",
        )
        for video, (encoder, speed, sets) in _TEN_BITS.items()
        for suffix in ("mkv", "mp4")
    )


TRAPS: tuple[Trap, ...] = (
    *_hdr10(),
    Trap("HDR10 is kept while scaling", c.shared("hdr10.mkv"), (f.is_hdr("smpte2084"), f.shown_as(160, 90)),
         ("video=hevc", "hdr=keep", "max_height=90"),
         ("--encoder", "x265_10bit", "--maxHeight", "90", "--non-anamorphic")),
    Trap("HLG is kept", c.HLG, (f.is_hdr("arib-std-b67"),), ("video=hevc", "hdr=keep"), ("--encoder", "x265_10bit")),
    Trap("HDR10 to SDR", c.shared("hdr10.mkv"), (f.is_sdr,), ("hdr=sdr",), _SDR),
    Trap("HLG to SDR", c.HLG, (f.is_sdr,), ("hdr=sdr",), _SDR),
    Trap("10 bits to an H.264 all players show", c.shared("high10.mp4"), (f.codec("h264"), f.pixels("yuv420p"))),
    Trap("a rotated source, encoded", c.shared("rotated.mp4"), (f.shown_as(180, 320), f.whole)),
    Trap("a rotated source, copied", c.shared("rotated.mp4"), (f.shown_as(320, 180, rotation=90), f.whole),
         preset="remux-mp4", theirs=None, lacks="it cannot copy pictures"),
    Trap("turned by the user", c.shared("h264_aac.mp4"), (f.shown_as(180, 320),), ("rotate=90",),
         ("--rotate=angle=90",)),
    Trap("a varying frame rate, kept", c.shared("vfr.mp4"), (f.every_frame_at_its_time,), (), ("--vfr",)),
    Trap("a varying frame rate, made even", c.shared("vfr.mp4"), (f.frames(50),), ("fps=25",), ("-r", "25", "--cfr")),
    Trap("interlaced and flagged", c.shared("interlaced.ts"), (f.is_progressive,), (), ("--bwdif",)),
    Trap("interlaced and not flagged", c.shared("interlaced and silent about it.avi"), (f.is_progressive,), (),
         ("--comb-detect", "--decomb")),
    Trap("interlaced, to the double rate", c.shared("interlaced.ts"), (f.is_progressive, f.frames(100)),
         ("deinterlace=double",), ("--bwdif=bob",)),
    Trap("pixels that are not square", c.shared("anamorphic.mp4"), (f.same_shape, f.whole)),
    Trap("an odd size", c.ODD, (f.near_size, f.whole)),
    Trap("two languages of sound and subtitles, to MKV", c.shared("tracks.mkv"),
         (f.languages("audio", "eng", "deu"), f.languages("subtitle", "eng", "deu"), f.text_subtitles),
         ("container=mkv",), _ALL_TRACKS, "mkv"),
    Trap("two languages of sound and subtitles, to MP4", c.shared("tracks.mkv"),
         (f.languages("audio", "eng", "deu"), f.languages("subtitle", "eng", "deu"), f.text_subtitles), (),
         _ALL_TRACKS),
    Trap("subtitles that are pictures, to MKV", c.TRACKS_AND_PICTURES, (f.tracks(video=1, audio=1, subtitle=2),),
         ("container=mkv",), _ALL_TRACKS, "mkv"),
    Trap("subtitles that are pictures, to MP4", c.TRACKS_AND_PICTURES,
         (f.tracks(video=1, audio=1, subtitle=1), f.text_subtitles), (), _ALL_TRACKS),
    Trap("chapters and the title, to MP4", c.chaptered, (f.chapters, f.title("Three parts")), (),
         _ALL_TRACKS),
    Trap("chapters and the title, to MKV", c.chaptered, (f.chapters, f.title("Three parts")),
         ("container=mkv",), _ALL_TRACKS, "mkv"),
    Trap("fonts, to MKV", c.TRACKS_AND_PICTURES, (f.attachments(1),), ("container=mkv",), _ALL_TRACKS, "mkv"),
    Trap("fonts, to MP4", c.TRACKS_AND_PICTURES, (f.attachments(0), f.tracks(video=1)), (), _ALL_TRACKS),
    Trap("a cover, to MP4", c.shared("cover.mp4"), (f.one_film_one_cover, f.title("Covered"))),
    Trap("a cover, to MKV", c.shared("cover.mp4"), (f.one_film_one_cover, f.title("Covered")), ("container=mkv",), (),
         "mkv"),
    Trap("a path of 3,400 bytes", c.longest_path, (f.whole, f.named_as_the_source)),
    Trap("a name of 249 bytes", c.longest_name, (f.whole, f.named_as_the_source)),
    *(Trap(f"an odd name: {kind}", c.named(ODD_NAMES[kind]), (f.whole, f.named_as_the_source)) for kind in _NAMES),
    Trap("words burnt in, from a file with an odd path", c.black_with_words, (f.words_in_the_picture,),
         ("subtitles=burn",), ("--srt-file", "{folder}/black.srt", "--srt-codeset", "UTF-8", "--srt-burn")),
    Trap("a file of no bytes", c.empty, (f.refused,)),
    Trap("cut off, its index was last", c.cut("moov_last.mp4", 0.6), (f.refused,)),
    Trap("cut off, its index is first", c.cut("h264_aac.mp4", 0.6), (f.told_or_refused,)),
    Trap("cut off, MKV", c.cut("h264_aac.mkv", 0.6), (f.told_or_refused,)),
    Trap("no sound", c.shared("video_only.mp4"), (f.tracks(video=1, audio=0), f.whole)),
    Trap("no picture", c.shared("aac.m4a"), (f.tracks(video=0, audio=1), f.whole), theirs=None,
         lacks="it takes no sound alone"),
    Trap("nothing left of it", c.shared("video_only.mp4"), (f.refused,), ("video=none",), None,
         lacks="it cannot leave the picture out"),
    Trap("full range", c.shared("full_range.mp4"), (f.limited_range,)),
    Trap("no colour tags, 180p", c.shared("video_only.mp4"), (f.tagged("smpte170m"),)),
    Trap("no colour tags, 720p", c.UNTAGGED_720P, (f.tagged("bt709"),)),
)  # fmt: skip
