"""A person's own ffmpeg arguments: read as a shell would, judged one by one, and put where they win.

What an encoder is told may be said here. Which streams there are, where they go, when they are shown and what is read
and written is decided by the options that say so, and checked by what Reelyard knows of them; an argument that meddles
there is refused with the option to use instead. So this is a list of what is allowed, and nothing else is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pipeline.model.option import nearest
from pipeline.model.problem import PipelineError, bad_option

_PARAMS = ("x264-params", "x264opts", "x265-params", "svtav1-params")

# What encoders of pictures may be told: each has one value.
_VIDEO = frozenset({
    *_PARAMS,
    # How far apart keyframes are, which pictures lean on which, what a decoder must be able to do.
    "g", "keyint_min", "sc_threshold", "forced-idr", "bf", "b_strategy", "b-pyramid", "b_ref_mode", "refs", "profile",
    "level", "tier", "coder", "slices", "tune", "flags", "bluray-compat", "aud", "a53cc", "udu_sei", "intra-refresh",
    # How bits are shared out, and how hard it tries.
    "maxrate", "minrate", "bufsize", "nal-hrd", "qmin", "qmax", "qdiff", "qcomp", "i_qfactor", "b_qfactor", "crf_max",
    "aq-mode", "aq-strength", "psy", "psy-rd", "mbtree", "rc-lookahead", "weightb", "weightp", "trellis", "subq",
    "me_method", "me_range", "motion-est", "cmp", "direct-pred", "partitions", "8x8dct", "mixed-refs", "fast-pskip",
    "deblock", "chromaoffset", "noise_reduction",
    "undershoot-pct", "overshoot-pct", "lag-in-frames", "auto-alt-ref", "arnr-maxframes", "arnr-strength", "arnr-type",
    "row-mt", "tile-columns", "tile-rows", "frame-parallel", "tune-content", "enable-tpl", "static-thresh",
    "max-intra-rate", "min-gf-interval", "noise-sensitivity",
    # ProRes, DNxHR, GIF, WebP, JPEG.
    "mbs_per_slice", "bits_per_mb", "quant_mat", "nitris_compat", "ibias", "gifflags", "lossless", "cr_threshold",
    "cr_size", "huffman",
    # Hardware.
    "rc", "multipass", "spatial-aq", "temporal-aq", "surfaces", "look_ahead", "look_ahead_depth", "async_depth",
    "low_power", "realtime", "usage", "vbaq", "preanalysis", "extbrc", "adaptive_i", "adaptive_b",
})  # fmt: skip

# What encoders of sound may be told.
_AUDIO = frozenset({
    "cutoff", "aac_coder", "aac_ms", "aac_is", "aac_tns", "aac_pns", "application", "frame_duration", "packet_loss",
    "fec", "vbr", "mapping_family", "apply_phase_inv", "joint_stereo", "abr", "reservoir", "lpc_type", "lpc_passes",
    "exact_rice_parameters", "ch_mode",
})  # fmt: skip
# Names that both have: what they are for is said behind a colon.
_EITHER = frozenset({"compression_level", "profile", "trellis"})

_FLAGS = frozenset({"cgop", "ilme", "ildct", "loop", "qpel", "mv4", "gray", "low_delay", "bitexact", "output_corrupt"})

# What is said by an option of Reelyard's.
_OPTIONS = {
    "video": ("c", "codec", "vcodec", "encoder"), "audio": ("acodec",), "subtitles": ("scodec",),
    "crf": ("crf", "qp", "q", "qscale", "cq", "global_quality", "quality"),
    "video_kbps": ("b", "vb"), "audio_kbps": ("ab",), "rate": ("pass", "twopass", "rc_mode"),
    "speed": ("preset", "speed", "cpu-used", "deadline", "effort"),
    "filters": ("vf", "filter", "filter_complex", "lavfi", "filter_script", "filter_complex_script"),
    "loudness": ("af", "vol"), "channels": ("ac", "channel_layout", "ch_layout"), "sample_rate": ("ar",),
    "max_width": ("s", "size"), "aspect": ("aspect",), "fps": ("r", "fpsmax"), "bit_depth": ("pix_fmt", "sample_fmt"),
    "start": ("ss", "sseof", "itsoffset"), "end": ("t", "to", "fs", "frames", "vframes", "aframes", "shortest"),
    "container": ("f", "movflags", "fflags", "brand"), "metadata": ("map_metadata",), "chapters": ("map_chapters",),
    "attachments": ("attach", "dump_attachment"), "encoder": ("hwaccel", "init_hw_device", "filter_hw_device"),
    "rotate": ("autorotate", "display_rotation"), "mirror": ("display_hflip", "display_vflip"),
    "hdr": ("color_primaries", "color_trc", "colorspace", "color_range"),
}  # fmt: skip
_OPTION_OF = {word: name for name, words in _OPTIONS.items() for word in words}

# What is not said at all.
_REASONS = {
    "it would change which streams there are, and the check of the result counts on those the options choose": (
        "map", "map_channel", "vn", "an", "sn", "dn", "disposition", "stream_loop", "streamid", "program",
        "ignore_unknown", "copy_unknown",
    ),
    "Reelyard names and writes the files itself": (
        "y", "n", "report", "vstats", "vstats_file", "passlogfile", "stats_enc_pre", "stats_enc_post", "stats_mux_pre",
        "sdp_file", "progress", "save_file", "print_graphs_file",
    ),
    "nothing but the source is read": ("i", "protocol_whitelist", "safe", "metadata_file", "fpre", "vpre", "apre"),
    "it would take away what progress and errors are read from": (
        "loglevel", "v", "stats", "nostats", "stats_period", "hide_banner", "stdin", "nostdin", "debug", "benchmark",
        "benchmark_all", "timelimit", "dump", "hex", "xerror", "abort_on", "max_error_rate",
    ),
    "it would move pictures and sound in time": (
        "fps_mode", "vsync", "async", "enc_time_base", "copyts", "start_at_zero", "time_base", "timestamp",
        "avoid_negative_ts", "output_ts_offset", "copytb", "force_fps", "frame_drop_threshold", "muxdelay",
        "muxpreload",
    ),
    "the settings say how much of the computer is used": (
        "threads", "filter_threads", "filter_complex_threads", "cpuflags",
    ),
    "players know the codec by it": ("tag", "vtag", "atag"),
}  # fmt: skip
_REASON_OF = {word: reason for reason, words in _REASONS.items() for word in words}

# Keys inside the parameters of encoders that read or write files, or say what an option says.
_PARAM_FILES = frozenset({
    "stats", "qpfile", "cqm", "cqmfile", "dump-yuv", "opencl-clbin", "csv", "csv-log-level", "recon", "recon-depth",
    "analysis-save", "analysis-load", "analysis-reuse-file", "abr-ladder", "scaling-list", "lambda-file", "zonefile",
    "dhdr10-info", "dolby-vision-rpu", "aom-film-grain", "fgs-table", "qp-file", "use-q-file", "roi-map-file", "input",
    "output", "errlog",
})  # fmt: skip
# To x265 it is a file, to SVT-AV1 a number.
_PARAM_FILES_OF_X265 = frozenset({"film-grain"})
_PARAM_OPTIONS = {
    "crf": "crf", "qp": "crf", "bitrate": "video_kbps", "tbr": "video_kbps", "rc": "rate", "pass": "rate",
    "passes": "rate", "preset": "speed", "fps": "fps", "fps-num": "fps", "fps-denom": "fps", "input-depth": "bit_depth",
    "output-depth": "bit_depth", "colorprim": "hdr", "colormatrix": "hdr", "transfer": "hdr", "range": "hdr",
    "master-display": "hdr", "max-cll": "hdr", "color-primaries": "hdr", "transfer-characteristics": "hdr",
    "matrix-coefficients": "hdr", "color-range": "hdr", "mastering-display": "hdr", "content-light": "hdr",
    "frames": "end", "seek": "start", "threads": "",
}  # fmt: skip
_PARAM_TIMES = frozenset({"force-cfr", "vfr-input", "timebase", "field-repeat", "pulldown"})

# `name`, `name:v`, `name:v:0`, `name:a:1`
_FLAG = re.compile(r"-(?P<name>[A-Za-z0-9][\w-]*)(?::(?P<kind>[vVas])(?::(?P<at>\d+))?|:(?P<rest>.*))?")


@dataclass(frozen=True)
class Extra:
    """Arguments that were found good: those for pictures, for sound by its track or all of it (""), and tags."""

    video: Mapping[str, str] = field(default_factory=dict)
    audio: Mapping[tuple[str, str], str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


def extra_of(text: str) -> Extra:
    """Reads and judges arguments.

    Raises:
        PipelineError: `bad_option`, saying which of them is no good, why, and what to use instead.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        _refuse("A quote is opened in it and not closed")
    video: dict[str, str] = {}
    audio: dict[tuple[str, str], str] = {}
    tags: list[str] = []
    at = 0
    while at < len(words):
        found = _FLAG.fullmatch(words[at])
        if found is None:
            _refuse_word(words[at])
        name = found["name"]
        _refuse_unknown(words[at], name)
        kind = _kind(found)
        if at + 1 == len(words):
            _refuse(f"{words[at]} has no value behind it")
        value = words[at + 1]
        at += 2
        if kind == "tags":
            tags.append(_tag(value))
        elif kind == "audio":
            audio[name, found["at"] or ""] = value
        else:
            _judge_value(name, value)
            video[name] = _both(name, video.get(name, ""), value)
    return Extra(video, audio, tuple(tags))


def with_extra(options: Mapping[str, Any], extra: str, place: str) -> dict[str, Any]:
    """The output options of one stream with a person's own, which win. `place` is its specifier: `v:0`."""
    if not extra.strip():
        return dict(options)
    own, (letter, _, number) = extra_of(extra), place.partition(":")
    made = dict(options)
    if letter == "v":
        for name, value in own.video.items():
            made[f"{name}:{place}"] = _both(name, str(made.get(f"{name}:{place}", "")), value)
    else:
        made |= {f"{name}:{place}": value for (name, at), value in own.audio.items() if at in ("", number)}
    return made


def extra_tags(extra: str) -> dict[str, Any]:
    """The output options for tags of the whole."""
    own = extra_of(extra).tags if extra.strip() else ()
    return {"metadata": list(own)} if own else {}


def _kind(found: re.Match[str]) -> str:
    """What a flag is for: `video`, `audio` or `tags`."""
    name, letter = found["name"], found["kind"]
    if name == "metadata":
        if letter or found["rest"] not in (None, "g"):
            _refuse(f"{found[0]} is about one stream; only tags of the whole can be said: -metadata title=…")
        return "tags"
    if found["rest"] is not None or letter == "s" or (letter in ("v", "V") and found["at"] not in (None, "0")):
        _refuse(f"{found[0]} is for a stream that is not encoded here; :v and :a are")
    if letter == "a" or (letter is None and name in _AUDIO):
        return "audio"
    return "video"


def _refuse_word(word: str) -> NoReturn:
    if not word.startswith("-") or word == "-":
        _refuse(f"“{word}” stands where an argument should begin, so ffmpeg would write a file of that name")
    if word.startswith("-/"):
        _refuse(f"{word} would read a file; say the value itself")
    _refuse(f"{word} is no argument of ffmpeg's")


def _refuse_unknown(word: str, name: str) -> None:
    if name == "metadata" or name in (_AUDIO if word.partition(":")[2].startswith("a") else _VIDEO | _AUDIO) | _EITHER:
        return
    if option := _option_for(word, name):
        _refuse(f"{word} is said by the option “{option}”")
    if reason := _REASON_OF.get(name):
        _refuse(f"{word} cannot be given: {reason}")
    known = nearest(name, _VIDEO | _AUDIO | _EITHER)
    hint = f"; the nearest that is known is -{known}" if known else ""
    _refuse(f"{word} is not among the arguments known to be safe, which are those of encoders{hint}")


def _option_for(word: str, name: str) -> str:
    is_sound = word.partition(":")[2].startswith("a")
    sound = {"c": "audio", "codec": "audio", "b": "audio_kbps", "q": "audio_kbps", "filter": "loudness"}
    return (sound.get(name) if is_sound else None) or _OPTION_OF.get(name, "")


def _judge_value(name: str, value: str) -> None:
    if name in _PARAMS:
        if re.search(r"[\\'\"]", value):
            # Escaped and quoted, a key would pass for another here than for ffmpeg.
            _refuse(f"-{name} can have no backslashes or quotes in it")
        for pair in value.split(":"):
            _judge_param(name, pair.partition("=")[0].strip().lower().replace("_", "-"))
    elif name == "flags":
        for flag in re.findall(r"[^+-]+", value):
            if flag not in _FLAGS:
                _refuse(f"-flags {flag} is not among those known to be safe: {', '.join(sorted(_FLAGS))}")


def _judge_param(name: str, key: str) -> None:
    plain = key.removeprefix("no-")
    if plain in _PARAM_FILES or (name == "x265-params" and plain in _PARAM_FILES_OF_X265):
        _refuse(f"{key} in -{name} reads or writes a file; only the source is read, and only the result is written")
    if plain in _PARAM_TIMES:
        _refuse(f"{key} in -{name} would move pictures in time")
    if plain in _PARAM_OPTIONS:
        option = _PARAM_OPTIONS[plain]
        _refuse(f"{key} in -{name} is said by the option “{option}”" if option else
                f"{key} in -{name} cannot be given: the settings say how much of the computer is used")  # fmt: skip


def _both(name: str, ours: str, own: str) -> str:
    """Parameters add to ours, and what stands behind wins; any other value takes the place of ours."""
    return f"{ours}:{own}" if name in _PARAMS and ours else own


def _tag(value: str) -> str:
    key, is_said, _ = value.partition("=")
    if not is_said or not key:
        _refuse(f"-metadata takes a name and a text: -metadata title=…, and was given {value}")
    return value


def _refuse(why: str) -> NoReturn:
    raise PipelineError(bad_option("extra", why))
