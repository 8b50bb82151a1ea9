"""Builds ffmpeg command lines: the one door to ffmpeg-python, which draws and compiles graphs and never runs them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

import ffmpeg

from pipeline.model.source import Source
from pipeline.model.stage import Command

# One merged pipe: progress blocks and log lines share stdout, so one waiting thread per process is enough.
_GLOBAL = ("-hide_banner", "-nostdin", "-y", "-nostats", "-loglevel")
_PROGRESS = ("-progress", "pipe:1", "-stats_period", "0.25")

# A file may refer to others; nothing but local files is ever followed.
_PROTOCOLS = "file,pipe"


def source_input(source: Source, **options: Any) -> Any:
    """A Source as an ffmpeg input. `file:` before an absolute path makes every odd name safe."""
    return ffmpeg.input(_into_graph(f"file:{source.file}"), protocol_whitelist=_PROTOCOLS, **options)


def scratch_input(name: str, **options: Any) -> Any:
    """A scratch file as an ffmpeg input."""
    return ffmpeg.input(_into_graph(f"file:{name}"), protocol_whitelist=_PROTOCOLS, **options)


def made_up(source: str) -> Any:
    """Pictures or sound that a filter makes of nothing: `color=size=320x180`."""
    return ffmpeg.input(source, f="lavfi")


def output(streams: list[Any], name: str, **options: Any) -> Any:
    """A scratch file as an ffmpeg output; `-` with `format="null"` writes nothing. None values are left out.

    An option whose value is a list is given once for each.
    """
    target = name if name == "-" else f"file:{name}"
    given = {key: _BETWEEN.join(value) if isinstance(value, list) else value for key, value in options.items()}
    return ffmpeg.output(*streams, target, **{key: value for key, value in given.items() if value is not None})


def joined(films: Sequence[Any]) -> Any:
    """Decoded films one behind the other."""
    return ffmpeg.concat(*films)


def copies(stream: Any, count: int) -> tuple[Any, ...]:
    """The same decoded pictures several times."""
    split = stream.filter_multi_output("split", count)
    return tuple(split[at] for at in range(count))


def through(streams: Sequence[Any], name: str, **options: Any) -> Any:
    """Several streams through one filter that makes one of them."""
    return ffmpeg.filter(list(streams), name, **options)


def chained(stream: Any, chain: str) -> Any:
    """Decoded pictures through a chain of filters as a person wrote it: `eq=contrast=1.1,negate`."""
    # ffmpeg-python would escape it, so it stands in the graph as its bytes until the graph is a text.
    return stream.filter(_WRITTEN, chain.encode().hex())


def nowhere(stream: Any, **options: Any) -> Any:
    """Decoded pictures as an output that keeps none of them: another part of the process takes them back out of it."""
    return output([stream], "-", format="null", vcodec="wrapped_avframe", **options)


def command(
    *outputs: Any,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    expect_s: float = 0.0,
    expect_frames: int = 0,
    stops_at_error: bool = False,
    says: Literal["warning", "info"] = "warning",
) -> Command:
    """One ffmpeg process that writes these outputs.

    Args:
        outputs: what `output` made.
        before: words before all inputs: what opens a device.
        after: words behind all outputs: loopback decoders (`-dec`) and a graph of their own for what comes out of
            them, which ffmpeg-python has no words for. `-dec 1:0` is the first stream of the second output.
        expect_s: seconds of media the longest output will have; 0 where that is not known.
        expect_frames: frames the first video output will have; 0 where that is not known.
        stops_at_error: end with the first fault that is met, with an exit code other than 0.
        says: how much it says; filters that measure tell what they found as `info`.
    """
    joined = ffmpeg.merge_outputs(*outputs) if len(outputs) > 1 else outputs[0]
    words = joined.compile()[1:]
    for at in range(1, len(words)):
        if words[at - 1] == "-i":
            words[at] = _out_of_graph(words[at])
        elif words[at - 1] == "-filter_complex":
            words[at] = _HEX.sub(lambda found: bytes.fromhex(found[1]).decode(), words[at])
    words = _repeated(words)
    strict = ("-xerror",) if stops_at_error else ()
    begin = ("ffmpeg", *_GLOBAL, f"level+{says}", *_PROGRESS, *strict)
    return Command((*begin, *before, *words, *after), expect_s=expect_s, expect_frames=expect_frames)


_WRITTEN = "as_it_was_written"
_HEX = re.compile(rf"{_WRITTEN}=([0-9a-f]+)")


# ffmpeg-python has one value for an option. Several travel through it as one, parted by what no word can hold.
_BETWEEN = "\0"


def _repeated(words: Sequence[str]) -> list[str]:
    repeated: list[str] = []
    for word in words:
        first, *others = word.split(_BETWEEN)
        repeated.append(first)
        for other in others:
            repeated += [repeated[-2], other]
    return repeated


# ffmpeg-python hashes what stands in a graph as UTF-8, which a path with undecodable bytes in it, our surrogates, is
# not. So inputs stand in the graph as their bytes, one character each, whatever they are.


def _into_graph(path: str) -> str:
    return path.encode("utf-8", "surrogatepass").decode("latin-1")


def _out_of_graph(word: str) -> str:
    return word.encode("latin-1").decode("utf-8", "surrogatepass")
