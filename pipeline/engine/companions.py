"""Finds the subtitle files that lie beside a source and share its name: `film.srt`, `film.en.forced.ass` for a film."""

from __future__ import annotations

import codecs
import os
import stat

from pipeline.model.source import Companion
from pipeline.stages.languages import UNNAMED, code_of, is_known

_TEXT = frozenset({".srt", ".ass", ".ssa", ".vtt", ".smi", ".sub"})
_PICTURES = frozenset({".idx", ".sup"})
_FORCED = frozenset({"forced", "foreign"})
# Words that say whom subtitles are for; `hi` is Hindi as well, and counts as that only where no other language is said.
_REMARKS = frozenset({"sdh", "cc", "hi", "default", "full"})
_MOST = 32
# A text of subtitles is never so long; reading it must not take long either.
_LONGEST = 16 * 1024 * 1024

# Which of the old encodings of one byte, or two, a language was written in; the rest of the west had this one.
_WEST = "CP1252"
_CHARSETS = {
    **dict.fromkeys(("ces", "hrv", "hun", "pol", "ron", "slk", "slv", "sqi"), "CP1250"),
    **dict.fromkeys(("bel", "bul", "mkd", "rus", "srp", "ukr"), "CP1251"),
    **dict.fromkeys(("est", "lav", "lit"), "CP1257"),
    "ara": "CP1256", "ell": "CP1253", "fas": "CP1256", "heb": "CP1255", "jpn": "CP932", "kor": "CP949",
    "tha": "CP874", "tur": "CP1254", "vie": "CP1258", "zho": "GB18030",
}  # fmt: skip


def companions_of(file: str) -> tuple[Companion, ...]:
    """The subtitle files beside a source, the plain one first and forced ones last. Unreadable ones are passed over."""
    folder, name = os.path.split(file)
    stem = os.path.splitext(name)[0]
    try:
        names = sorted(each for each in os.listdir(folder or ".") if each.startswith(f"{stem}.") and each != name)
    except OSError:
        return ()
    found = [each for name in names if (each := _companion(folder, stem, name, frozenset(names))) is not None]
    return tuple(sorted(found, key=lambda each: (each.is_forced, each.language != "")))[:_MOST]


def _companion(folder: str, stem: str, name: str, names: frozenset[str]) -> Companion | None:
    body, suffix = os.path.splitext(name)
    kind = suffix.lower()
    pictures = f"{body}{suffix[:1]}sub"
    if kind not in _TEXT | _PICTURES or (kind == ".sub" and f"{body}.idx" in names):
        return None
    words = [each.lower() for each in body[len(stem) :].split(".") if each]
    if any(not is_known(each) and each not in _FORCED | _REMARKS for each in words):
        return None  # of another film, whose name begins alike
    said = [each for each in words if is_known(each) and each not in _REMARKS] or [
        each for each in words if is_known(each)
    ]
    language = code_of(said[0]) if said else ""
    path = os.path.join(folder, name)
    try:
        size, mtime_ns = _identity(path)
        if kind == ".idx":
            # Its pictures are in a file of their own.
            more, later = _identity(os.path.join(folder, pictures))
            size, mtime_ns = size + more, max(mtime_ns, later)
        charset = _charset(path, language) if kind in _TEXT else ""
    except (OSError, ValueError):
        return None
    return Companion(
        path=os.fsencode(path),
        size=size,
        mtime_ns=mtime_ns,
        language="" if language == UNNAMED else language,
        is_forced=not _FORCED.isdisjoint(words),
        charset=charset,
    )


def _identity(path: str) -> tuple[int, int]:
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(path)
    return found.st_size, found.st_mtime_ns


def _charset(path: str, language: str) -> str:
    """How a text is encoded: empty where it is UTF-8 or says so itself; else a guess by its language."""
    with open(path, "rb") as file:
        content = file.read(_LONGEST)
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ""
    try:
        # A letter of several bytes may be cut in two at the end of what was read.
        codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return _CHARSETS.get(language, _WEST)
    return ""
