"""A person's own presets: they come into their folder whole or not at all, and none is lost by another."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.engine import noreplace
from pipeline.engine.handbrake.fields import Left
from pipeline.engine.preset_import import Found, free_id
from pipeline.engine.preset_schema import SCHEMA, PresetFile, preset_text
from pipeline.engine.presets import PresetBook
from pipeline.engine.workspace import flush_folder, problem_of_write
from pipeline.model.job import new_id
from pipeline.model.problem import PipelineError, preset_built_in, preset_exists
from pipeline.model.recipe import Preset


@dataclass(frozen=True)
class Imported:
    """A preset that is in the folder now. `source` is the file it came from, `left` what of that was not taken."""

    preset: Preset
    source: str
    left: tuple[Left, ...]


def put_in(
    folder: str, book: PresetBook, found: Sequence[Found], *, as_id: str = "", replace: bool = False
) -> tuple[Imported, ...]:
    """Writes presets into the folder: all of them, or none.

    HandBrake's get a free id; ours keep theirs.

    Args:
        folder: where a person's own presets are; made if it is missing.
        book: the presets that are there.
        found: what is to come in.
        as_id: the id for the one that comes in.
        replace: puts a preset in the place of the one that has its id.

    Raises:
        PipelineError: preset_exists, or the folder cannot be written to.
    """
    drafts: list[_Draft] = []
    given: dict[str, set[str]] = {}
    for each in found:
        recipe, wished = each.file.recipe, as_id or each.file.id
        known = {preset.id: preset for preset in book.presets(recipe)}
        new = given.setdefault(recipe, set())
        is_free = wished not in known and wished not in new
        if not is_free and each.from_handbrake and not as_id and not (replace and wished not in new):
            wished = free_id(wished, known.keys() | new)
        elif not is_free and (not replace or wished in new):
            raise PipelineError(preset_exists(wished, wished in known and not book.is_own(known[wished])))
        new.add(wished)
        old = known.get(wished)
        over = old.origin if old is not None and book.is_own(old) else ""
        drafts.append(_Draft(each.named(wished), over))
    paths = _write(folder, drafts)
    return tuple(
        Imported(_preset(draft.found.file, path), draft.found.origin, draft.found.left)
        for draft, path in zip(drafts, paths, strict=True)
    )


def take_out(book: PresetBook, preset: Preset) -> None:
    """Removes one of a person's own presets.

    Raises:
        PipelineError: preset_built_in, or the folder cannot be written to.
    """
    if not book.is_own(preset):
        raise PipelineError(preset_built_in(preset.id))
    folder = os.path.dirname(preset.origin)
    try:
        os.unlink(preset.origin)
        flush_folder(folder)
    except OSError as error:
        raise PipelineError(problem_of_write(error, folder)) from error


def exported(preset: Preset) -> str:
    """A preset as the text of a file that `read_presets` takes, here and elsewhere."""
    return preset_text(PresetFile(SCHEMA, preset.recipe, preset.id, preset.label, preset.summary, dict(preset.options)))


@dataclass(frozen=True)
class _Draft:
    found: Found
    over: str

    @property
    def text(self) -> str:
        notes = [f"Imported from {os.path.basename(self.found.origin)!r}."]
        if self.found.left:
            notes += ["Not taken over:", *(f"  {left}" for left in self.found.left)]
        return preset_text(self.found.file, tuple(notes))


def _write(folder: str, drafts: Sequence[_Draft]) -> list[str]:
    unfinished: list[str] = []
    new: list[str] = []
    paths: list[str] = []
    try:
        os.makedirs(folder, exist_ok=True)
        for draft in drafts:
            unfinished.append(os.path.join(folder, f".{new_id()}.new"))
            with open(unfinished[-1], "x", encoding="utf-8") as file:
                file.write(draft.text)
                file.flush()
                os.fsync(file.fileno())
        # What takes the place of another comes last: up to there everything can be taken back.
        for draft, path in zip(drafts, unfinished, strict=True):
            paths.append(draft.over or _named(folder, path, draft.found.file))
            if not draft.over:
                new.append(paths[-1])
        for draft, path in zip(drafts, unfinished, strict=True):
            if draft.over:
                os.replace(path, draft.over)
        flush_folder(folder)
    except OSError as error:
        for path in new:
            with contextlib.suppress(OSError):
                os.unlink(path)
        raise PipelineError(problem_of_write(error, folder)) from error
    finally:
        for path in unfinished:
            with contextlib.suppress(OSError):
                os.unlink(path)
    return paths


def _named(folder: str, path: str, file: PresetFile) -> str:
    """Gives a written file the preset's name, or the next that is free: another file may have it."""
    taken: set[str] = set()
    while True:
        name = free_id(f"{file.recipe}.{file.id}", taken)
        try:
            noreplace.put(path, os.path.join(folder, f"{name}.toml"))
        except FileExistsError:
            taken.add(name)
        else:
            return os.path.join(folder, f"{name}.toml")


def _preset(file: PresetFile, path: str) -> Preset:
    return Preset(file.id, file.recipe, file.label, file.summary, file.options, path)
