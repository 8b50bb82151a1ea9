"""What PyAV says of a container and its streams, in our words. Loaded by the children that read media only."""

from __future__ import annotations

from typing import Any

import av
import av.container
import av.stream

from pipeline.model.source import StreamKind

LOCAL_ONLY = {"protocol_whitelist": "file,crypto,data"}
"""Options to open with: a playlist may name files beside it, never an address. Looking starts no connection."""

# PyAV 19, on Python 3.12 and newer, knows this word no more and leaves what is not UTF-8 as surrogates.
_LENIENT: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}

_KINDS: dict[str, StreamKind] = {
    "video": "video",
    "audio": "audio",
    "subtitle": "subtitle",
    "attachment": "attachment",
}


def open_file(file: str) -> av.container.InputContainer:
    """Opens `file:` and a path. Text in it that is not UTF-8 is taken as well as it goes.

    Raises:
        av.FFmpegError: it cannot be opened.
    """
    container: av.container.InputContainer = av.open(file, options=LOCAL_ONLY, **_LENIENT)
    return container


def words_of(tagged: av.container.InputContainer | av.stream.Stream, name: str) -> str:
    """What a tag says; empty where there is none. Bytes that are not UTF-8 are U+FFFD."""
    return tagged.metadata.get(name, "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def kind_of(stream: av.stream.Stream) -> StreamKind:
    """Its kind. A picture that is no film is a cover; what has no kind of its own is data."""
    if stream.disposition & av.stream.Disposition.attached_pic:
        return "cover"
    return _KINDS.get(stream.type, "data")


def codec_of(stream: av.stream.Stream) -> str:
    """The codec's name, which need not be its decoder's; empty where the library has none for it."""
    context: av.CodecContext | None = stream.codec_context
    return "" if context is None else context.codec.canonical_name
