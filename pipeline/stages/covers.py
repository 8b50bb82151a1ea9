"""Covers for Matroska, which has no tracks of them but attached files: taken out of the source, and put in again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.media.command import command, output, source_input
from pipeline.model.source import Source
from pipeline.model.stage import Run, Scratch, Talk
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import container_of
from pipeline.stages.selection import Kept, Selection

# By the codec of the picture.
_SUFFIXES = {"mjpeg": "jpg", "png": "png"}
_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def is_laid_out(selection: Selection, choices: OutputChoices) -> bool:
    """Whether there is a cover that has to become a file."""
    return container_of(choices).covers == "file" and bool(selection.of_kind("cover"))


def laid_out(source: Source, selection: Selection, choices: OutputChoices, scratch: Scratch) -> Talk[Selection]:
    """Writes a cover that is to be attached into scratch, and says so in the selection."""
    if not is_laid_out(selection, choices):
        return selection
    kept: list[Kept] = []
    for each in selection.kept:
        kept.append((yield from _as_file(source, each, scratch)) if each.kind == "cover" else each)
    return replace(selection, kept=tuple(kept))


def attached(cover: Kept, place: str) -> dict[str, Any]:
    """The output options that attach a cover. `place` is its specifier among attachments: `t:0`."""
    suffix = cover.file.rpartition(".")[2]
    # Players look for a picture of this name.
    tags = [f"mimetype={_TYPES[suffix]}", f"filename=cover.{suffix}"]
    return {"attach": cover.file, f"metadata:s:{place}": tags}


def _as_file(source: Source, cover: Kept, scratch: Scratch) -> Talk[Kept]:
    suffix = _SUFFIXES[cover.stream.codec if cover.encoder == "copy" else cover.encoder]
    file = scratch.path(f"cover.{suffix}")
    picture = source_input(source)[str(cover.stream.index)]
    yield Run(
        command(output([picture], file, c=cover.encoder, f="image2", update=1, **{"frames:v": 1}), expect_frames=1),
        lane="light",
        reads=(source.file,) if source.is_scratch else (),
        makes=(file,),
        label="Take out the cover",
    )
    return replace(cover, file=file)
