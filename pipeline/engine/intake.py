"""Finds the media in what was dropped: files as they are, folders with their tree, and a reason for the rest."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence

import msgspec

from pipeline.engine.workspace import PARENT
from pipeline.model.source import Source
from pipeline.model.stage import Canceled, CancelSignal

CHUNK = 1000

# Suffixes that are taken from folders. A file that is named by a person is always tried.
_VIDEO_SUFFIXES = (
    "264 265 3g2 3gp asf av1 avi divx dv f4v flv gxf h264 h265 hevc ivf m1v m2t m2ts m2v m4v mkv mov mp4 mpe mpeg mpg "
    "mpv mts mxf nut obu ogm ogv qt rm rmvb tod ts vob webm wmv wtv y4m"
)
_AUDIO_SUFFIXES = (
    "aac ac3 aif aiff alac amr ape au caf dts eac3 flac m2a m4a m4b mka mp2 mp3 mpa mpc oga ogg opus ra spx tak tta "
    "voc w64 wav weba wma wv"
)
MEDIA_SUFFIXES = frozenset(f"{_VIDEO_SUFFIXES} {_AUDIO_SUFFIXES}".split())


_HIDDEN = "its name begins with a dot"
_NO_MEDIA = "its suffix is not one of a media file"
_NOT_REGULAR = "it is not a regular file"
_TWICE = "it is in this drop already"
_LISTED = "it is in the queue already, with the same options"
_LINKED_FOLDER = "it is a link to a folder"


class Skipped(msgspec.Struct, frozen=True):
    """Something that was not taken, and the reason as part of a sentence: “notes.txt: its suffix is …”."""

    path: bytes
    reason: str


class Found(msgspec.Struct, frozen=True):
    """What a look at dropped paths found. `folders` are the dropped folders themselves."""

    sources: tuple[Source, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    folders: tuple[bytes, ...] = ()


def look(
    paths: Sequence[str | bytes],
    *,
    cancel: CancelSignal | None = None,
    on_found: Callable[[Sequence[Source]], None] | None = None,
    known: Callable[[Source], bool] = lambda source: False,
) -> Found:
    """Walks what was dropped. Blocks; reads folders and file sizes, no content.

    Args:
        paths: files and folders. A file is taken whatever it is; whether it is media is found when it is probed.
        cancel: stops the walk.
        on_found: gets what was found, a thousand at a time.
        known: whether a source is in the queue already.

    Raises:
        Canceled: `cancel` was set.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    folders: list[bytes] = []
    seen: set[bytes] = set()
    told = 0
    for found in _found(paths, folders):
        if cancel is not None and cancel.is_set():
            raise Canceled
        if isinstance(found, Skipped):
            skipped.append(found)
        elif found.path in seen:
            skipped.append(Skipped(found.path, _TWICE))
        elif known(found):
            skipped.append(Skipped(found.path, _LISTED))
        else:
            seen.add(found.path)
            sources.append(found)
            if on_found is not None and len(sources) - told >= CHUNK:
                on_found(sources[told:])
                told = len(sources)
    if on_found is not None and told < len(sources):
        on_found(sources[told:])
    return Found(tuple(sources), tuple(skipped), tuple(folders))


def _found(paths: Sequence[str | bytes], folders: list[bytes]) -> Iterator[Source | Skipped]:
    for given in paths:
        path = os.path.abspath(os.fsdecode(given))
        found = _stat(path)
        if found is not None and stat.S_ISDIR(found.st_mode):
            folders.append(os.fsencode(path))
            yield from _walked(path, os.path.basename(path))
        else:
            yield _source(path, b"", found)


def _walked(folder: str, below: str) -> Iterator[Source | Skipped]:
    """The media in a folder and the folders in it, in name order. `below` is what is mirrored in the destination.

    It keeps a stack of its own: trees can be deeper than calls.
    """
    levels = [(_listed(folder), below)]
    while levels:
        entries, below = levels[-1]
        entry = next(entries, None)
        if entry is None:
            levels.pop()
        elif isinstance(entry, Skipped):
            yield entry
        elif entry.name == PARENT:
            continue
        elif entry.name.startswith("."):
            yield Skipped(os.fsencode(entry.path), _HIDDEN)
        elif entry.is_dir(follow_symlinks=False):
            levels.append((_listed(entry.path), os.path.join(below, entry.name)))
        else:
            yield _entry(entry, os.fsencode(below))


def _listed(folder: str) -> Iterator[os.DirEntry[str] | Skipped]:
    try:
        with os.scandir(folder) as listing:
            return iter(sorted(listing, key=lambda entry: os.fsencode(entry.name)))
    except OSError as error:
        return iter([Skipped(os.fsencode(folder), f"the folder cannot be read: {error.strerror}")])


def _entry(entry: os.DirEntry[str], below: bytes) -> Source | Skipped:
    path = os.fsencode(entry.path)
    if entry.is_symlink() and entry.is_dir():
        return Skipped(path, _LINKED_FOLDER)  # it could lead round in a circle
    if os.path.splitext(entry.name)[1][1:].lower() not in MEDIA_SUFFIXES:
        return Skipped(path, _NO_MEDIA)
    found = _stat(entry.path)
    if found is not None and not stat.S_ISREG(found.st_mode):
        return Skipped(path, _NOT_REGULAR)
    return _source(entry.path, below, found)


def _source(path: str, below: bytes, found: os.stat_result | None) -> Source:
    if found is None:
        return Source(path=os.fsencode(path), subfolder=below)
    return Source(path=os.fsencode(path), subfolder=below, size=found.st_size, mtime_ns=found.st_mtime_ns)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None
