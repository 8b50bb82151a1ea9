"""What a result says about itself: tags, languages, titles, chapters, and which track players take by default."""

from __future__ import annotations

from typing import Any

from pipeline.model.source import MediaInfo, MediaStream
from pipeline.stages.languages import in_quicktime
from pipeline.stages.output import Output
from pipeline.stages.selection import Kept, Selection

LETTERS = {"video": "v", "cover": "v", "audio": "a", "subtitle": "s", "attachment": "t"}
"""How ffmpeg's stream specifiers name a kind."""

# Without this, an MP4 drops every tag it has no name of its own for. With it, ffmpeg 9.0.2 writes the time of making
# under a key as well as where it belongs, reads both back as one text, and knows that one no more; so it is said anew.
_KEYED = "+use_metadata_tags"

# Chapters count in the clock of the whole MP4, in 31 bits. ffmpeg 9.0.2 makes that clock of all tracks' own: with text
# subtitles, which count in millionths, and sound of 48 kHz a chapter of six minutes is too long, with 44.1 kHz one of
# 2.4 seconds: “Application provided duration: 3528000000 in stream 3 is invalid”. With this one it is twelve hours.
_CHAPTER_CLOCK = {"movie_timescale": 48_000}


def file_options(info: MediaInfo, made: Output) -> dict[str, Any]:
    """The output options for the tags of the whole and for chapters. The source is the first input."""
    tags: dict[str, Any] = {"map_metadata": _place_of_tags(info)}
    if not made.choices.metadata:
        # Said apart like this, the titles of chapters stay.
        tags = {"map_metadata:g": -1, "map_metadata:s": -1}
    tags |= created(info, made)
    # Of a part, chapters behind its end would stay otherwise.
    return {**tags, "map_chapters": 0 if made.choices.chapters else -1, **made.span.output_options()}


def created(info: MediaInfo, made: Output) -> dict[str, Any]:
    """The output option that says when a file with tags of a phone was made."""
    is_said = info.has_keyed_tags and info.created and made.choices.metadata
    return {"metadata": [f"creation_time={info.created}"]} if is_said else {}


def muxing(options: dict[str, Any], info: MediaInfo, made: Output) -> dict[str, Any]:
    """How the container is written, with what chapters, tags of phones and copied Dolby Vision need in an MP4."""
    if made.film is not None and made.film.dolby_vision and made.choices.video == "copy":
        # MP4 says that it is Dolby Vision in a box that no standard of ISO knows.
        options = {**options, "strict": "unofficial"}
    flags = options.get("movflags")
    if flags is not None and info.chapters and made.choices.chapters:
        options = {**options, **_CHAPTER_CLOCK}
    if flags is None or not (info.has_keyed_tags and made.choices.metadata):
        return options
    return {**options, "movflags": f"{flags}{_KEYED}"}


def all_streams(selection: Selection, made: Output) -> dict[str, Any]:
    """`stream_options` of every stream."""
    options: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for kept in selection.kept:
        letter = LETTERS[kept.kind]
        number = counts[letter] = counts.get(letter, -1) + 1
        options |= stream_options(kept, f"{letter}:{number}", made)
    return options


def stream_options(kept: Kept, place: str, made: Output) -> dict[str, Any]:
    """The output options for what a stream says of itself. `place` is its specifier: `a:0`."""
    said = _said(kept.stream, made)
    marks = _marks(kept)
    return {
        **({f"metadata:s:{place}": said} if said else {}),
        **({f"disposition:{place}": marks} if marks else {}),
    }


def _said(stream: MediaStream, made: Output) -> list[str]:
    """What would be lost: filters leave tags behind, MP4 reads its titles under another name than it writes them."""
    spoken = in_quicktime(stream.language) if made.choices.container == "mov" else stream.language
    language = [f"language={spoken}"] if spoken else []
    title = [f"title={stream.title}"] if stream.title and made.choices.metadata else []
    return language + title


def _marks(kept: Kept) -> str:
    if kept.file:
        return "forced" if kept.stream.is_forced else "0"
    if kept.is_default is None:
        return ""
    return "+default" if kept.is_default else "-default"


def _place_of_tags(info: MediaInfo) -> int | str:
    """Where the tags of the whole are: Ogg has them at its stream."""
    return f"0:s:{info.audio.index}" if info.container == "ogg" and info.audio else 0
