"""Reports on what a Script made: listens to the commands it asks for, and has the sidecar written at its end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from pipeline.acts.report import Reported, WriteReport
from pipeline.model.job import Artifact
from pipeline.model.option import RecipeOptions
from pipeline.model.shell import pasted
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Call, Command, Run, Step, Talk, members_of, relayed
from pipeline.stages.naming import report_name

T = TypeVar("T")


def overheard(script: Talk[T], commands: list[Command]) -> Talk[T]:
    """Runs a part of a Script as it is, and adds every command it asks for to the list.

    A Step that is told from the journal after a crash is asked for again, so the list is whole then too.
    """

    def noted(step: Step) -> Step:
        commands.extend(member.command for member in members_of(step) if isinstance(member, Run))
        return step

    return (yield from relayed(script, noted))


def reported(
    source: Source,
    info: MediaInfo,
    options: RecipeOptions,
    made: Sequence[Artifact],
    commands: Iterable[Command],
    target: str,
    *,
    recipe: str,
    preset: str = "",
    ffmpeg: str = "",
) -> Talk[Artifact]:
    """Writes one report on all results of a job into scratch file `target`; it is called after the first of them.

    Args:
        source: what they were made from.
        info: what the probe found in it.
        options: as they were given; of them the report has those that are not the recipe's own.
        made: the results, in scratch.
        commands: those that made and checked them, as `overheard` collects them.
        target: the scratch file to write.
        recipe: the recipe's id.
        preset: the id of the preset the options came from, where that is known.
        ffmpeg: its version, where that is known.
    """
    results = [each for each in made if each.kind == "result"]
    act = WriteReport(
        target=target,
        source_name=source.alias or os.path.basename(source.path) or source.url.encode(),
        source_bytes=source.size,
        info=info,
        recipe=recipe,
        preset=preset,
        options=changed(options),
        commands=tuple(pasted(without_folder(command.argv, source)) for command in commands),
        ffmpeg=ffmpeg,
        results=tuple(Reported(each.file, each.name, each.measures, each.warnings) for each in results),
    )
    yield Call(act, reads=tuple(each.file for each in results), makes=(target,), label="Write the report")
    return Artifact(path=os.fsencode(target), kind="sidecar", name=report_name(results[0].name if results else b""))


def changed(options: RecipeOptions) -> dict[str, Any]:
    """The options that differ from their defaults."""
    fields = msgspec.structs.fields(options)
    values = {field.name: getattr(options, field.name) for field in fields}
    return {field.name: values[field.name] for field in fields if values[field.name] != field.default}


def without_folder(argv: Sequence[str], source: Source) -> tuple[str, ...]:
    """The arguments without the folder the source is in: a report is passed on, and that is nobody's business.

    So they can be pasted in that folder. Folders a person wrote into the options stay, as the options do.
    """
    folder, name = os.path.split(source.file)
    if not folder or source.is_scratch:
        return tuple(argv)
    # In a filter's arguments, what means something to the graph has backslashes before it.
    place = "".join(rf"\\*{re.escape(sign)}" for sign in os.path.join(folder, ""))
    if os.path.dirname(folder) == folder:
        place += "(?=" + "".join(rf"\\*{re.escape(sign)}" for sign in name) + ")"
    return tuple(re.sub(place, "", word) for word in argv)
