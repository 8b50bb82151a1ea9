"""What results are called: the pattern of the options, filled in and made fit for every file system."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.model.option import nearest
from pipeline.model.problem import PipelineError, bad_option
from pipeline.model.source import MediaInfo, Source
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import container_of, settled

WORDS = ("stem", "codec", "width", "height", "date")

REPORT = ".report.json"

_WORD = re.compile(r"\{([^{}]*)\}")
_NAME_BYTES = 255
_HERE = "\0"
# Separators everywhere, so that a name means the same on every system; what Windows does not take is replaced there.
_NEVER = frozenset('/\\<>:"|?*' if os.name == "nt" else "/\\")


@dataclass(frozen=True)
class Named:
    """One output, as far as its name is about it. `size` is its picture's; (0, 0) has none, None is not known yet."""

    choices: OutputChoices
    size: tuple[int, int] | None = None


def check_name(choices: OutputChoices) -> None:
    """Checks the pattern without a source.

    Raises:
        PipelineError: `bad_option`, for a word nobody fills in (says the nearest), a brace alone, or an empty pattern.
    """
    for word in _WORD.findall(choices.name):
        if word not in WORDS:
            near = nearest(word.lower(), WORDS)
            hint = f"; perhaps {{{near}}} was meant" if near else ""
            known = ", ".join(f"{{{each}}}" for each in WORDS)
            raise PipelineError(bad_option("name", f"Nothing is known as {{{word}}}{hint}. It takes {known}"))
    left = _WORD.sub("", choices.name)
    if "{" in left or "}" in left:
        raise PipelineError(bad_option("name", f"A brace in “{choices.name}” has no other one to go with it"))
    if not choices.name.strip():
        raise PipelineError(bad_option("name", "The result would have no name; {stem} is that of its source"))


def result_name(source: Source, choices: OutputChoices, size: tuple[int, int] | None = None) -> bytes:
    """The file name of one result; empty where the pattern asks for what is not known yet.

    Raises:
        PipelineError: `bad_option`, as `check_name`, or where nothing is left of the pattern once it is filled in.
    """
    check_name(choices)
    stem = _stem(source, Named(choices, size))
    return b"" if stem is None else os.fsencode(stem + _suffix(choices))


def result_names(source: Source, outputs: Sequence[Named]) -> tuple[bytes, ...]:
    """The file names of all results of one job; empty where one is not known yet.

    A further output that would be called as an earlier one gets what tells them apart behind its name: its shorter
    side, if that differs, as “ 720p”, else its codec. The first keeps its name. Where nothing tells them apart they
    are called the same: whoever publishes them puts a number behind a name that is taken, by whatever it is.

    Raises:
        PipelineError: as `result_name`.
    """
    names: list[bytes] = []
    for at, output in enumerate(outputs):
        name = result_name(source, output.choices, output.size)
        same = [outputs[earlier] for earlier in range(at) if name and _folded(names[earlier]) == _folded(name)]
        names.append(_apart(source, output, same[0], names) if same else name)
    return tuple(names)


def report_name(result: bytes) -> bytes:
    """The file name of the report on a result, empty where that is: `clip.mp4.report.json`."""
    if not result:
        return b""
    return os.fsencode(_cut(os.fsdecode(result), _NAME_BYTES - len(REPORT)) + REPORT)


def _apart(source: Source, output: Named, same: Named, taken: Sequence[bytes]) -> bytes:
    """A name for an output that would be called as another one."""
    side, codec = min(output.size or (0,)), _facts(source, output)["codec"]
    telling = [f" {side}p"] if side and side != min(same.size or (0,)) else []
    if codec and codec != _facts(source, same)["codec"]:
        telling.append(f" {codec}")
    named = [os.fsencode(f"{_stem(source, output, mark)}{_suffix(output.choices)}") for mark in (*telling, "")]
    folded = {_folded(name) for name in taken}
    return next((name for name in named if _folded(name) not in folded), named[0])


def _stem(source: Source, output: Named, mark: str = "") -> str | None:
    """The filled-in pattern with `mark` behind it; None where it asks for what is not known yet."""
    facts = _facts(source, output)
    asked = set(_WORD.findall(output.choices.name))
    if any(facts[word] is None for word in asked):
        return None
    room = _NAME_BYTES - len(os.fsencode(mark + _suffix(output.choices)))
    known = {word: fact or "" for word, fact in facts.items()}
    stem = _filled(output.choices.name, known)
    if not stem:
        raise PipelineError(bad_option("name", f"Nothing is left of “{output.choices.name}” for {source.name}"))
    while len(os.fsencode(stem)) > room and known["stem"]:
        # The source's own name is what can be shorter: what tells results apart mostly stands behind it.
        known["stem"] = known["stem"][:-1]
        stem = _filled(output.choices.name, known)
    return _cut(stem, room) + mark


def _filled(pattern: str, known: Mapping[str, str]) -> str:
    """The pattern with its words filled in. What the source's own name has in it stays: a file system took it."""
    fit = "".join("_" if sign in _NEVER or unicodedata.category(sign) == "Cc" else sign for sign in pattern)
    around = _WORD.sub(lambda word: _HERE if word[1] == "stem" else known[word[1]], fit).strip()
    return around.replace(_HERE, known["stem"])


def _facts(source: Source, output: Named) -> dict[str, str | None]:
    """What each word stands for. None is not known yet, empty is what this result does not have."""
    width, height = output.size or (None, None)
    return {
        "stem": source.stem,
        "codec": _codec(source.info, settled(output.choices)),
        "width": None if width is None else str(width or ""),
        "height": None if height is None else str(height or ""),
        "date": None if source.mtime_ns < 0 else _date(source.mtime_ns),
    }


def _codec(info: MediaInfo | None, choices: OutputChoices) -> str | None:
    """The codec of the pictures, or of sound alone. Until the probe nobody knows whether there are pictures."""
    if info is None:
        has_film = None if choices.video != "none" else False
        film = sound = None
    else:
        has_film = choices.video != "none" and info.video is not None
        film, sound = info.video, info.audio
    if has_film is None:
        return None
    chosen, stream = (choices.video, film) if has_film else (choices.audio, sound)
    if chosen != "copy":
        return "" if chosen == "none" else chosen
    if info is None:
        return None
    return stream.codec if stream else ""


def _date(mtime_ns: int) -> str:
    """The day of a file's last change where the computer is, as its own programs show it."""
    try:
        return f"{datetime.fromtimestamp(mtime_ns / 1e9):%Y-%m-%d}"
    except (OverflowError, OSError, ValueError):
        return ""  # a damaged file system can say any number


def _suffix(choices: OutputChoices) -> str:
    return f".{container_of(choices).suffix}"


def _cut(name: str, limit: int) -> str:
    while len(os.fsencode(name)) > limit:
        name = name[:-1]
    return name


def _folded(name: bytes) -> str:
    """Without difference of case: on most desktops such names are one."""
    return os.fsdecode(name).casefold()
