"""`doctor`: looks at tools, encoders, folders and the database, and says what to do about what is wrong."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from importlib import metadata
from typing import Any

from app import __version__, text
from app.cli.arguments import Arguments
from app.cli.jobs import reading
from app.cli.parts import Bootstrap
from app.home import Home, find_home, living_owner
from app.settings import load_settings
from pipeline.media.toolchain import Toolchain
from pipeline.model import wire
from pipeline.model.problem import PipelineError, Problem, encoder_missing, home_on_network, space_low, unwritable_home
from pipeline.store.connection import is_there, reader
from pipeline.store.filesystem import is_network, kind_of
from pipeline.store.lineage import was_closed
from pipeline.store.recovery import NAME
from pipeline.store.schema import version_of

# What the built-in presets encode with, and what they may be told to use instead.
_NEEDED = ("libx264", "libx265", "libsvtav1", "prores_ks", "gif", "aac", "libmp3lame", "flac")
_OF_INTEREST = (*_NEEDED, "libvpx-vp9", "dnxhd", "libwebp_anim", "libopus")
_FILTERS = ("libvmaf", "loudnorm", "zscale", "tonemap", "subtitles")
_LOW_BYTES = 2_000_000_000


def doctor(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Looks at everything; exit code 1 if something is wrong. Changes nothing but the cache of the tools."""
    home = find_home(arguments.home)
    settings = load_settings(home.settings_file)
    problems = list(settings.warnings)
    found: dict[str, Any] = {"reelyard": __version__, "python": platform.python_version(), "qt": _qt()}
    found["system"] = platform.platform(terse=True)
    found |= _tools(bootstrap.open_toolchain(home, settings.settings), problems)
    found["folders"] = _folders(home, problems)
    found["database"] = _asking(problems, lambda: _database(home))
    found["owner"] = living_owner(home)
    problems += bootstrap.open_presets(home).problems
    if arguments.json:
        said = [wire.problem_object(problem) for problem in problems]
        sys.stdout.write(wire.line({**found, "problems": said}).decode() + "\n")
    else:
        print("\n".join(_lines(found)))
        for problem in problems:
            print(f"\nProblem: {text.sentence(problem)}")
        print("\nNothing is wrong." if not problems else f"\n{text.count(len(problems), 'problem')}.")
    return 1 if problems else 0


def _qt() -> str:
    for name in ("PySide6-Essentials", "PySide6"):
        with suppress(metadata.PackageNotFoundError):
            return metadata.version(name)
    return ""


def _tools(toolchain: Toolchain, problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {"tools": [], "encoders": [], "hardware": [], "filters": []}
    program = _asking(problems, lambda: toolchain.program("ffmpeg"))
    abilities = _asking(problems, toolchain.abilities) if program else None
    if program is None or abilities is None:
        return found
    place = wire.path_fields(os.fsencode(program))
    found["tools"] = [{"name": "ffmpeg", **place, "version": abilities.version, "id": toolchain.id("ffmpeg")}]
    found["encoders"] = [name for name in _OF_INTEREST if name in abilities.encoders]
    found["filters"] = [name for name in _FILTERS if name in abilities.filters]
    found["hardware"] = [encoder.name for encoder in _asking(problems, toolchain.hardware) or ()]
    problems += [encoder_missing(name) for name in _NEEDED if name not in abilities.encoders]
    return found


def _folders(home: Home, problems: list[Problem]) -> list[dict[str, Any]]:
    if is_network(kind_of(_nearest_there(home.folder))):
        problems.append(home_on_network(home.folder))
    folders = {
        "home": home.folder,
        "settings": home.config_folder,
        "cache": home.cache_folder,
        "logs": home.logs_folder,
    }
    found: list[dict[str, Any]] = []
    for name, folder in folders.items():
        there = _nearest_there(folder)
        free = shutil.disk_usage(there).free
        is_writable = os.access(there, os.W_OK)
        found.append({"name": name, **wire.path_fields(os.fsencode(folder)), "free": free, "writable": is_writable})
        if not is_writable:
            problems.append(unwritable_home(folder, ""))
    if found[0]["free"] < _LOW_BYTES:
        problems.append(space_low(home.folder, text.size(found[0]["free"])))
    return found


def _database(home: Home) -> dict[str, Any] | None:
    path = os.path.join(home.database_folder, NAME)
    with reading():
        if not is_there(path):
            return None
    with reading(), closing(reader(path)) as connection:
        version = version_of(connection)
        is_closed = version == 0 or was_closed(connection)
    size = os.path.getsize(path)
    return {**wire.path_fields(os.fsencode(path)), "bytes": size, "schema": version, "closed": is_closed}


def _asking(problems: list[Problem], ask: Callable[[], Any]) -> Any:
    """The answer, or None and one more problem. The same problem is said once."""
    try:
        return ask()
    except PipelineError as error:
        if error.problem not in problems:
            problems.append(error.problem)
        return None


def _nearest_there(folder: str) -> str:
    """The folder, or the nearest above it that exists: where it would be made."""
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _lines(found: dict[str, Any]) -> list[str]:
    rows = [("Reelyard", found["reelyard"]), ("Python", found["python"]), ("Qt", found["qt"] or "not installed")]
    rows.append(("System", found["system"]))
    for tool in found["tools"]:
        rows += [(tool["name"], f"{tool['version']}  ({tool['path']}, {tool['id']})")]
        rows += [("Encoders", text.listed(found["encoders"]) or "none")]
        rows += [("Hardware", text.listed(found["hardware"]) or "no encoder works on this computer")]
        rows += [("Filters", text.listed(found["filters"]) or "none")]
    for folder in found["folders"]:
        may = "" if folder["writable"] else ", not writable"
        rows.append(
            (folder["name"].capitalize(), f"{text.one_line(folder['path'])}  ({text.size(folder['free'])} free{may})")
        )
    rows.append(("Database", _database_text(found)))
    return [f"{name:<10}{value}" for name, value in rows]


def _database_text(found: dict[str, Any]) -> str:
    database = found["database"]
    if database is None:
        return "none yet"
    if found["owner"]:
        state = f"in use by process {found['owner']}"
    elif database["closed"]:
        state = "closed in order"
    else:
        state = "not closed in order; the next start checks it, and “reelyard resume” finishes what is left"
    return f"{database['path']}  ({text.size(database['bytes'])}, format {database['schema']}, {state})"
