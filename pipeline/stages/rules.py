"""The rules that leave a source out before anything is made of it, or a result out that is not worth keeping."""

from __future__ import annotations

import fnmatch
import os
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from pipeline.model.option import nearest
from pipeline.model.problem import PipelineError, Problem, bad_option, skipped_by_rule
from pipeline.model.source import MediaInfo, Source, shown
from pipeline.stages.choices.output import OutputChoices

C = TypeVar("C", bound=OutputChoices)

# ffmpeg's names of the codecs one meets, by which a misspelt one is found. Names with a star are whole families.
_PICTURE_CODECS = (
    "amv apv asv1 asv2 av1 avs avs2 avs3 cavs cfhd cinepak dirac dnxhd dvvideo exr ffv1 ffvhuff flashsv flashsv2 flv1 "
    "fraps gif h261 h263 h263i h263p h264 hap hevc hq_hqa hqx huffyuv indeo2 indeo3 indeo4 indeo5 jpeg2000 jpegls "
    "jpegxl lagarith magicyuv mjpeg mjpegb mpeg1video mpeg2video mpeg4 msmpeg4v1 msmpeg4v2 msmpeg4v3 msrle mss1 mss2 "
    "msvideo1 png prores prores_raw qtrle r10k r210 rawvideo rpza rv10 rv20 rv30 rv40 rv60 screenpresso sheervideo smc "
    "snow speedhq svq1 svq3 theora tiff tscc tscc2 utvideo v210 v210x v308 v408 v410 vc1 vc1image vmnc vp3 vp4 vp5 vp6 "
    "vp6a vp6f vp7 vp8 vp9 vvc webp wmv1 wmv2 wmv3 wmv3image wnv1 y41p yuv4 zlib zmbv"
)
_SOUND_CODECS = (
    "aac aac_latm ac3 adpcm_* alac amr_nb amr_wb ape aptx aptx_hd atrac1 atrac3 atrac3p atrac9 cook dolby_e dsd_* dst "
    "dts dvaudio eac3 flac g723_1 g728 g729 gsm gsm_ms ilbc mace3 mace6 mlp mp1 mp2 mp3 mp4als musepack7 musepack8 "
    "nellymoser opus pcm_* qcelp qdm2 qdmc qoa ra_144 ra_288 ralf s302m sbc shorten sipr speex tak truehd tta twinvq "
    "vorbis wavpack wmalossless wmapro wmav1 wmav2 wmavoice"
)
_CODECS = frozenset(f"{_PICTURE_CODECS} {_SOUND_CODECS}".split())
# What people call them.
_ALSO_CALLED = {
    "avc": "h264", "h.264": "h264", "x264": "h264", "h265": "hevc", "h.265": "hevc", "x265": "hevc", "h266": "vvc",
    "dnxhr": "dnxhd", "jpeg": "mjpeg", "mpeg1": "mpeg1video", "mpeg2": "mpeg2video", "divx": "mpeg4", "xvid": "mpeg4",
    "ogg": "vorbis", "wav": "pcm_*", "pcm": "pcm_*", "dca": "dts",
}  # fmt: skip
_WRITTEN = {"h264": "H.264", "prores": "ProRes", "dnxhd": "DNxHD", "opus": "Opus", "vorbis": "Vorbis"}

_RULES = (
    "min_saving", "skip_codecs", "skip_below_kbps", "skip_below_mb", "skip_below_height", "only_names", "skip_names",
    "only_folders", "skip_folders",
)  # fmt: skip


def check_rules(choices: OutputChoices) -> None:
    """Checks what no range can.

    Raises:
        PipelineError: `bad_option`, for a codec nobody has heard of (says the nearest), or a name with a folder in it.
    """
    for given in _listed(choices.skip_codecs, ","):
        codec = _codec_called(given)
        if not any(fnmatch.fnmatchcase(codec, known) or fnmatch.fnmatchcase(known, codec) for known in _CODECS):
            near = nearest(codec, [*_CODECS, *_ALSO_CALLED])
            hint = f"; the nearest is {near}" if near else ""
            raise PipelineError(bad_option("skip_codecs", f"No codec is named “{given}”{hint}"))
    for option in ("only_names", "skip_names", "only_folders", "skip_folders"):
        for pattern in _patterns(getattr(choices, option)):
            if "/" in pattern or os.sep in pattern:
                kind = "file" if option.endswith("names") else "folder"
                reason = f"“{shown(pattern)}” has a separator in it; it is compared with one {kind} name at a time"
                raise PipelineError(bad_option(option, reason))


def skipped_by(source: Source, info: MediaInfo, choices: OutputChoices) -> Problem | None:
    """The first rule that leaves this source out; None where it is wanted.

    What a file does not say, its length for one, no rule holds against it.
    """
    rules: tuple[Callable[[Source, MediaInfo, OutputChoices], Problem | None], ...] = (
        _by_name, _by_folder, _by_size, _by_bit_rate, _by_height, _by_codec,
    )  # fmt: skip
    return next((problem for rule in rules if (problem := rule(source, info, choices))), None)


def refuse_larger(source: Source, made_bytes: int, choices: OutputChoices) -> Problem | None:
    """Why a result of this size is not kept; None where it is. With a saving of 0 it must be smaller at all."""
    least = choices.min_saving
    if least is None or source.size <= 0:
        return None
    saved = 100 * (source.size - made_bytes) / source.size
    if saved >= least and made_bytes < source.size:
        return None
    wants = f"smaller by at least {least:g} %" if least else "smaller than its source"
    return skipped_by_rule(
        f"The result is {_size(made_bytes)}, {_compared(saved)} {source.name} with {_size(source.size)}; "
        f"the rule keeps only what is {wants}",
        "min_saving",
    )


def without_rules(choices: C) -> C:
    """The same with every rule off, for a person who wants this one made all the same."""
    usual = OutputChoices()
    return msgspec.structs.replace(choices, **{rule: getattr(usual, rule) for rule in _RULES})


def _by_name(source: Source, info: MediaInfo, choices: OutputChoices) -> Problem | None:
    name = os.path.basename(source.file) or source.url.rstrip("/").rpartition("/")[2]
    only, skip = _patterns(choices.only_names), _patterns(choices.skip_names)
    if only and not any(_is_like(name, pattern) for pattern in only):
        return skipped_by_rule(f"{source.name} is not named {_or(only)}; the rule takes no others", "only_names")
    if like := [pattern for pattern in skip if _is_like(name, pattern)]:
        return skipped_by_rule(f"{source.name} is named like {shown(like[0])}; the rule skips those", "skip_names")
    return None


def _by_folder(source: Source, info: MediaInfo, choices: OutputChoices) -> Problem | None:
    folders = _folders_of(source)
    only, skip = _patterns(choices.only_folders), _patterns(choices.skip_folders)
    if only and not any(_is_like(folder, pattern) for folder in folders for pattern in only):
        what = f"{source.name} is in no folder named {_or(only)}; the rule takes no others"
        return skipped_by_rule(what, "only_folders")
    within = [(folder, pattern) for folder in folders for pattern in skip if _is_like(folder, pattern)]
    if within:
        folder, pattern = within[-1]
        what = f"{source.name} is in the folder {shown(folder)}; the rule skips {shown(pattern)}"
        return skipped_by_rule(what, "skip_folders")
    return None


def _by_size(source: Source, info: MediaInfo, choices: OutputChoices) -> Problem | None:
    least = choices.skip_below_mb
    if source.size < 0 or source.size >= least * 1e6:
        return None
    what = f"{source.name} is {_size(source.size)} large; the rule skips what is smaller than {least:g} MB"
    return skipped_by_rule(what, "skip_below_mb")


def _by_bit_rate(source: Source, info: MediaInfo, choices: OutputChoices) -> Problem | None:
    rate = info.bit_rate
    if not rate and info.duration_s and source.size > 0:
        rate = round(source.size * 8 / info.duration_s)
    least = choices.skip_below_kbps
    if not rate or rate >= least * 1000:
        return None
    # Rounded down, so that it never says 1,000 is less than 1,000.
    what = f"{source.name} has {rate // 1000:,} kb/s in all; the rule skips what has less than {least:,} kb/s"
    return skipped_by_rule(what, "skip_below_kbps")


def _by_height(source: Source, info: MediaInfo, choices: OutputChoices) -> Problem | None:
    film, least = info.video, choices.skip_below_height
    if film is None or not film.width or min(film.width, film.height) >= least:
        return None
    what = f"{source.name} is {film.width}×{film.height}; the rule skips pictures whose shorter side is below {least}"
    return skipped_by_rule(what, "skip_below_height")


def _by_codec(source: Source, info: MediaInfo, choices: OutputChoices) -> Problem | None:
    main = info.video or info.audio
    skip = [_codec_called(given) for given in _listed(choices.skip_codecs, ",")]
    if main is None or not any(fnmatch.fnmatchcase(main.codec, codec) for codec in skip):
        return None
    has = _WRITTEN.get(main.codec, main.codec.upper())
    return skipped_by_rule(f"{source.name} is {has} already; the rule skips {_and(skip)}", "skip_codecs")


def _folders_of(source: Source) -> tuple[str, ...]:
    """Every folder the file is in, from the outermost on. A mirrored path is the end of that of the file itself."""
    path = os.path.dirname(source.file) or os.fsdecode(source.subfolder)
    return tuple(part for part in path.replace(os.sep, "/").split("/") if part)


def _codec_called(given: str) -> str:
    return _ALSO_CALLED.get(given.lower(), given.lower())


def _patterns(given: str) -> list[str]:
    return _listed(given, ";")


def _listed(given: str, mark: str) -> list[str]:
    return [part.strip() for part in given.split(mark) if part.strip()]


def _is_like(name: str, pattern: str) -> bool:
    """Whether a name is the pattern itself, brackets and all, or is matched by it."""
    name, pattern = _folded(name), _folded(pattern)
    return name == pattern or fnmatch.fnmatchcase(name, pattern)


def _folded(name: str) -> str:
    """Without difference of case, nor of how a letter and its accent are put together, which file systems change."""
    return unicodedata.normalize("NFC", name).casefold()


def _compared(saved: float) -> str:
    """`9.9 % smaller than`. Rounded down: who asks for 10 % must not be told that 10 % were too little."""
    if saved == 0:
        return "as large as"
    tenths = int(abs(saved) * 10) / 10
    amount = f"{tenths:,g} %" if tenths else "less than 0.1 %"
    return f"{amount} {'smaller' if saved > 0 else 'larger'} than"


def _size(size_bytes: int) -> str:
    for unit, scale in (("B", 1.0), ("kB", 1e3), ("MB", 1e6)):
        value = size_bytes / scale
        rounded = round(value) if unit == "B" or value >= 99.95 else round(value, 1)
        if rounded < 1000:
            return f"{rounded} {unit}"
    return f"{size_bytes / 1e9:.1f} GB"


def _or(patterns: Iterable[str]) -> str:
    return _joined(patterns, "or")


def _and(names: Iterable[str]) -> str:
    return _joined(names, "and")


def _joined(parts: Iterable[str], word: str) -> str:
    *most, last = (shown(part) for part in parts)
    return f"{', '.join(most)} {word} {last}" if most else last
