"""Every JSON key. Events to and from the journal, the envelope of the wire, and jobs as JSON objects.

The journal keeps events as their Structs (paths as base64 of their bytes). The wire shows paths as text, with
`path_b64` beside those that text cannot carry.
"""

from __future__ import annotations

import base64
import datetime as dt
import os
from collections.abc import Iterable
from typing import Any, cast

import msgspec

from pipeline.model import event as events
from pipeline.model.event import Event, Told, Unknown
from pipeline.model.job import Artifact, Job, Progress
from pipeline.model.problem import Problem
from pipeline.model.source import MediaInfo, Source, shown
from pipeline.model.state import State

_BY_TYPE: dict[str, type[msgspec.Struct]] = {
    str(kind.__struct_config__.tag): kind for kind in events.DURABLE + events.VOLATILE
}
_ENCODE = msgspec.json.Encoder()


def to_journal(event: Event) -> tuple[str, bytes]:
    """An event as its type and its JSON, as the journal keeps it."""
    if isinstance(event, Unknown):
        return event.type, _ENCODE.encode(event.raw)
    return events.type_of(event), _ENCODE.encode(event)


def from_journal(type_: str, raw: bytes) -> Event:
    """The event a journal row holds. A type or a shape this version does not know becomes `Unknown`, never an error."""
    kind = _BY_TYPE.get(type_)
    if kind is not None:
        try:
            return cast(Event, msgspec.json.decode(raw, type=kind))
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    try:
        return Unknown(type_, msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Unknown(type_, shown(raw))


def envelope(told: Told) -> dict[str, Any]:
    """One event as it crosses the wire (remote.md section 2.4)."""
    number = f"{told.epoch}-{told.seq}" + (f".{told.sub}" if told.sub else "")
    out: dict[str, Any] = {"v": 1, "id": number, "type": events.type_of(told.event), "ts": timestamp(told.at_ms)}
    if job_id := events.job_of(told.event):
        out["job_id"] = job_id
    if told.job_seq:
        out["job_seq"] = told.job_seq
    if attempt := getattr(told.event, "attempt", 0):
        out["attempt"] = attempt
    out["data"] = _data(told.event)
    return out


def line(message: dict[str, Any]) -> bytes:
    """One JSON line, without its newline."""
    return _ENCODE.encode(message)


def control(type_: str, data: dict[str, Any], at_ms: int) -> dict[str, Any]:
    """A message that is no event and has no id, such as `run.finished`."""
    return {"v": 1, "type": type_, "ts": timestamp(at_ms), "data": data}


def finished(jobs: Iterable[Job]) -> dict[str, Any]:
    """The data of `run.finished`: how many ended how, and each job with its results."""
    listed = list(jobs)
    counts = {state.value: sum(job.state is state for job in listed) for state in _ENDS}
    return {**counts, "jobs": [_ended(job) for job in listed]}


_ENDS = (State.COMPLETED, State.FAILED, State.SKIPPED, State.CANCELED)


def _ended(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "source": _source_text(job.source),
        "state": job.state.value,
        "artifacts": [artifact_object(artifact) for artifact in job.artifacts],
        "problem": problem_object(job.problem),
        "warnings": [msgspec.to_builtins(warning) for warning in job.warnings],
    }


def job_object(job: Job) -> dict[str, Any]:
    """A job's snapshot as a JSON object."""
    return {
        "id": job.id,
        "num": job.num,
        "name": job.name,
        "recipe": job.flow.title,
        "preset": job.flow.steps[0].preset,
        "batch_id": job.batch_id or None,
        "source": path_fields(job.source.path) if job.source.path else {"url": job.source.url},
        "destination": path_fields(os.fsencode(job.destination_folder)) if job.source.path else None,
        "state": job.state.value,
        "attempt": job.attempt,
        "priority": job.priority,
        "held_by": job.held_by or None,
        "waiting_for": job.waiting_for or None,
        "waiting_why": job.waiting_why or None,
        "progress": progress_object(job.progress),
        "artifacts": [artifact_object(artifact) for artifact in job.artifacts],
        "warnings": [msgspec.to_builtins(warning) for warning in job.warnings],
        "problem": problem_object(job.problem),
        "created_at": timestamp(job.created_ms),
        "started_at": timestamp(job.started_ms),
        "ended_at": timestamp(job.ended_ms),
        "active_ms": job.active_ms,
    }


def artifact_object(artifact: Artifact) -> dict[str, Any]:
    """`{path, kind, bytes, measures}`, with `path_b64` where the name is not UTF-8."""
    return {
        **path_fields(artifact.path),
        "kind": artifact.kind,
        "bytes": artifact.size,
        "measures": artifact.measures,
    }


def problem_object(problem: Problem | None) -> dict[str, Any] | None:
    """`{code, message, why, remedy, action, detail}`; `message` alone is fit for a list."""
    if problem is None:
        return None
    return {
        "code": problem.code,
        "message": problem.message,
        "why": problem.why,
        "remedy": problem.remedy.text,
        "action": problem.remedy.action,
        "detail": problem.detail,
    }


def progress_object(progress: Progress) -> dict[str, Any]:
    """The data of `job.progress`: percents with one decimal, times in ms, `rate` in multiples of real time."""
    stage_percent = progress.stage_percent
    return {
        "percent": round(progress.percent, 1),
        "stage": progress.stage,
        "stage_percent": None if stage_percent is None else round(stage_percent, 1),
        "current": progress.current,
        "total": progress.total,
        "message": progress.message,
        "eta_ms": progress.eta_ms,
        "rate": progress.speed,
        "fps": progress.fps,
        "bit_rate": progress.bit_rate,
        "out_bytes": progress.out_bytes,
    }


def media_object(info: MediaInfo) -> dict[str, Any]:
    """What a probe found, as `probe --json` prints it."""
    return msgspec.to_builtins(info)  # type: ignore[no-any-return]


def path_fields(path: bytes) -> dict[str, str]:
    """A path for JSON: `path` as text, and `path_b64` where its bytes are not UTF-8."""
    text = shown(path)
    if text.encode("utf-8", "replace") == path:
        return {"path": text}
    return {"path": text, "path_b64": base64.b64encode(path).decode("ascii")}


def timestamp(ms: int | None) -> str | None:
    """RFC 3339 in UTC with milliseconds; None stays None."""
    if ms is None:
        return None
    moment = dt.datetime.fromtimestamp(ms // 1000, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def _source_text(source: Source) -> str:
    return shown(source.path) if source.path else source.url


def _data(event: Event) -> dict[str, Any]:
    match event:
        case Unknown(raw=raw):
            return raw if isinstance(raw, dict) else {"raw": raw}
        case events.JobProgressed(progress=progress):
            return progress_object(progress)
        case events.ArtifactMade(artifact=artifact):
            return artifact_object(artifact)
        case events.JobChanged():
            return {
                "state": event.state.value,
                "prior_state": event.prior_state.value,
                "reason": event.reason or None,
                "held_by": event.held_by or None,
                "problem": problem_object(event.problem),
            }
        case events.Noticed():
            return {"level": event.level, "problem": problem_object(event.problem)}
        case events.JobWarned(warning=warning):
            return {"code": warning.code, "message": warning.message, "at_s": warning.at_s}
        case events.JobUpdated(source=source):
            data = _plain(event, without=("source",))
            if source is not None:
                known = None if source.info is None else media_object(source.info)
                data["source"] = {**path_fields(source.path), "bytes": source.size, "media": known}
            return data
        case _:
            return _plain(event)


# What a job does not have is null on the wire, in its snapshot and in its events alike.
_NULL_IF_EMPTY = frozenset({"batch_id", "held_by", "waiting_for", "waiting_why"})


def _plain(event: Event, without: tuple[str, ...] = ()) -> dict[str, Any]:
    left_out = ("type", "job_id", "attempt", *without)
    values = {field: getattr(event, field) for field in event.__struct_fields__ if field not in left_out}
    plain = {field: None if field in _NULL_IF_EMPTY and value == "" else value for field, value in values.items()}
    return msgspec.to_builtins(plain)  # type: ignore[no-any-return]
