"""The key of a Step: what it does, with which tool, to which content. Equal keys mean equal results."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from pipeline.model.source import Source
from pipeline.model.stage import Call, Run


class Keys:
    """The keys of one attempt. Knows which Step made which scratch file, so that a change travels on."""

    def __init__(self, tool_id: Callable[[str], str]) -> None:
        self._tool_id = tool_id
        self._identity = b""
        self._beside: dict[str, bytes] = {}
        self._maker: dict[str, str] = {}
        self._seen: Counter[str] = Counter()

    def about(self, source: Source) -> None:
        """Says which Source the Steps that follow work on.

        A person's file counts by size and time of change; a file of an earlier recipe by the key of its maker. Files
        beside the source count likewise, for the Steps that read them.
        """
        own = self._maker.get(source.file, "") if source.is_scratch else f"{source.size}:{source.mtime_ns}"
        self._identity = own.encode()
        self._beside = {each.file: f"{each.size}:{each.mtime_ns}".encode() for each in source.companions}

    def of(self, step: Run | Call) -> str:
        """The key of the next Step, in the order a Script yields them. The same Step yielded again gets another one."""
        digest = hashlib.blake2b(digest_size=16)
        for part in (self._identity, *self._parts(step), *self._read(step.reads)):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        plain = digest.hexdigest()
        self._seen[plain] += 1
        key = plain if self._seen[plain] == 1 else f"{plain}-{self._seen[plain]}"
        for name in step.makes:
            self._maker[name] = key
        return key

    def makers_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The keys of the Steps that made these scratch files."""
        return tuple(self._maker[name] for name in names if name in self._maker)

    def _parts(self, step: Run | Call) -> Iterable[bytes]:
        yield type(step).__name__.encode()
        yield from (os.fsencode(name) for name in sorted(step.makes))
        if isinstance(step, Run):
            yield self._tool_id(step.command.tool).encode()
            for part in step.command.argv:
                yield os.fsencode(part)
                if (identity := self._beside.get(part.removeprefix("file:"))) is not None:
                    yield identity
        else:
            yield str(step.act.version).encode()
            yield msgspec.json.encode(step.act)

    def _read(self, names: Iterable[str]) -> Iterable[bytes]:
        for name in names:
            yield os.fsencode(name)
            yield self._maker.get(name, "").encode()
