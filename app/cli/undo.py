"""`undo`: puts back sources that were replaced, and lists those that can be. The list works beside an open window."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

import msgspec

from app import text
from app.cli.arguments import Arguments
from app.cli.inbox import Inbox
from app.cli.jobs import databases, reading
from app.cli.out import DONE, FAILED, say
from app.cli.parts import Bootstrap
from app.cli.session import opened, settings_of
from app.home import Home, claim, find_home
from pipeline.model import wire
from pipeline.model.problem import PipelineError, nothing_to_undo, wrong_use
from pipeline.model.source import shown
from pipeline.store.connection import reader
from pipeline.store.kept import Kept, all_kept

_NAMED = 5


def undo(arguments: Arguments, bootstrap: Callable[[], Bootstrap]) -> int:
    """Does the verb and returns the exit code.

    Raises:
        PipelineError: no job is meant, several are, or the home belongs to another process.
    """
    home = find_home(arguments.home)
    if arguments.lists:
        return _list(home, as_json=arguments.json)
    if not arguments.job:
        raise PipelineError(wrong_use("No job was named.", "“reelyard undo --list” shows which can be undone."))
    if not _all(home):
        # Nothing was ever replaced, so there is no home to take and no engine to open.
        raise PipelineError(nothing_to_undo(_quoted(arguments.job)))
    inbox = Inbox()
    with claim(home) as owner, opened(bootstrap(), owner.home, settings_of(home), inbox, "added") as core:
        kept = meant(core.control.kept_sources(), arguments.job)
        if problem := core.control.undo(kept.job_id):
            say(problem)
            return FAILED
    if arguments.json:
        _write(msgspec.structs.replace(kept, state="undone"))
    else:
        print(
            f"{_name(kept)} is back in its place. What was made of it is kept in {text.one_line(shown(_folder(kept)))}."
        )
    return DONE


def meant(kept: Sequence[Kept], word: str) -> Kept:
    """The one whose job a person means by its number, its id or how that begins.

    Raises:
        PipelineError: nothing_to_undo, or wrong_use where several are meant.
    """
    found = [each for each in kept if each.num and str(each.num) == word]
    found = found or [each for each in kept if each.job_id.startswith(word)]
    if not found:
        raise PipelineError(nothing_to_undo(_quoted(word)))
    if len(found) > 1:
        named = [f"{each.job_id} ({_name(each)})" for each in found[:_NAMED]]
        more = [f"{len(found) - _NAMED:,} more"] if len(found) > _NAMED else []
        raise PipelineError(
            wrong_use(f"{_quoted(word)} may mean {text.listed([*named, *more])}.", "Give more of the id.")
        )
    return found[0]


def _list(home: Home, *, as_json: bool) -> int:
    found = [each for each in _all(home) if each.state != "undone"]
    for each in found:
        if as_json:
            _write(each)
        else:
            when = datetime.fromtimestamp(each.at_ms / 1000).strftime("%Y-%m-%d %H:%M")
            size = text.size(each.size)
            print(f"{each.num or each.job_id:>5}  {when}  {size}  {text.one_line(shown(each.place))}{_half(each)}")
    if not (found or as_json):
        print("Nothing was replaced that could be put back.")
    return DONE


def _all(home: Home) -> list[Kept]:
    """What is kept, the newest first, that of single runs included: their numbers are not those of the home."""
    found: dict[str, Kept] = {}
    for one, database in databases(home):
        with reading(), closing(reader(database)) as connection:
            for each in all_kept(connection):
                found.setdefault(each.job_id, msgspec.structs.replace(each, num=0) if one.run_id else each)
    return sorted(found.values(), key=lambda each: each.at_ms, reverse=True)


def _half(kept: Kept) -> str:
    return {"moving": " (not finished)", "undoing": " (undone by half; undo it again)"}.get(kept.state, "")


def _write(kept: Kept) -> None:
    found: dict[str, Any] = {
        "job_id": kept.job_id,
        "num": kept.num or None,
        "state": kept.state,
        **wire.path_fields(kept.place),
        "kept": wire.path_fields(_folder(kept)),
        "bytes": kept.size,
        "at_ms": kept.at_ms,
    }
    sys.stdout.write(wire.line(found).decode() + "\n")


def _folder(kept: Kept) -> bytes:
    return os.path.dirname(kept.aside)


def _name(kept: Kept) -> str:
    return text.one_line(shown(os.path.basename(kept.place)))


def _quoted(word: str) -> str:
    return f"“{text.one_line(word)}”"
