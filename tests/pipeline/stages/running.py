"""Runs the Steps of a Script with the packaged ffmpeg, one after the other, without an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pipeline.engine.cancel import Cancel
from pipeline.media import process
from pipeline.media.command import command, output, source_input
from pipeline.media.probe_worker import look
from pipeline.model.problem import tool_failed
from pipeline.model.source import MediaStream, Source
from pipeline.model.stage import Command, Outcome, Run, StepFailed, Talk
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.geometry import has_own_times, picture
from pipeline.stages.look import looked
from pipeline.stages.pixels import pixels_of
from pipeline.stages.span import span_of
from tests.support.builders import ffmpeg

T = TypeVar("T")
# As many lines of a log as the Runner hands on.
_LINES = 60


def probed(file: Path) -> Source:
    """A file as a Source that was looked into."""
    return Source(path=bytes(file), size=1, mtime_ns=1, info=look(str(file)))


def film_of(file: Path) -> MediaStream:
    """The film of a file."""
    film = look(str(file)).video
    assert film is not None
    return film


def run(asked: Command, folder: Path) -> Outcome:
    """One command of ffmpeg's, run in a folder."""
    argv = (ffmpeg(), *asked.argv[1:])
    ended = process.run(argv, asked, folder=str(folder), cancel=Cancel(), on_tick=lambda tick: None)
    return Outcome(ended.code, lines=ended.lines[-_LINES:], complaints=ended.complaints, last_tick=ended.last_tick)


def done(talk: Talk[T], folder: Path) -> T:
    """What a conversation comes to when its Runs are run."""
    reply: Outcome | None = None
    failure: StepFailed | None = None
    while True:
        try:
            step = talk.throw(failure) if failure else talk.send(reply)  # type: ignore[arg-type]
        except StopIteration as over:
            result: T = over.value
            return result
        assert isinstance(step, Run)
        reply, failure = run(step.command, folder), None
        if reply.exit_code:
            failure = StepFailed(tool_failed("ffmpeg", reply.exit_code, "\n".join(reply.lines)), reply)


def drawn(file: Path, folder: Path, name: str = "made.mkv", *, burn: Any = None, **choices: Any) -> Path:
    """The pictures of a file through all their filters, without loss where the choices name no encoder of their own."""
    encoder = choices.pop("encoder", {"c:v": "ffv1"})
    source, wanted = probed(file), OutputChoices(**choices)
    assert source.info is not None
    film = source.info.video
    assert film is not None
    span = span_of(source, source.info, wanted)
    seen = done(looked(source, source.info, span, wanted), folder)
    stream = source_input(source, **span.film_options())[str(film.index)]
    stream = picture(span.cut(stream), film, wanted, seen, pixels_of(wanted, film), burn)
    base = "filter" if has_own_times(film, wanted, seen) else "demux"
    options = {"fps_mode": "passthrough", "enc_time_base": base, **encoder, **span.output_options()}
    ended = run(command(output([stream], name, **options)), folder)
    assert ended.exit_code == 0, ended.lines
    return folder / name
