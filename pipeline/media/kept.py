"""Keeps an answer in a JSON file for as long as what it is about stays the same."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def read(folder: str | None, name: str, key: Sequence[object], kind: type[T]) -> T | None:
    """The answer kept under this name; None if there is none, or one with another key, or it cannot be read."""
    if folder is None:
        return None
    try:
        with open(os.path.join(folder, name), "rb") as file:
            kept: dict[str, Any] = msgspec.json.decode(file.read(), type=dict[str, Any])
        if kept.get("key") == list(key):
            return msgspec.convert(kept.get("answer"), kind)
    except (OSError, msgspec.MsgspecError):
        pass
    return None


def write(folder: str | None, name: str, key: Sequence[object], answer: object) -> None:
    """Keeps an answer in place of an older one. Where nothing can be written it is asked again next time."""
    if folder is None:
        return
    file = os.path.join(folder, name)
    half = f"{file}.{os.getpid()}.part"
    try:
        os.makedirs(folder, exist_ok=True)
        with open(half, "wb") as out:
            out.write(msgspec.json.encode({"key": list(key), "answer": answer}))
        os.replace(half, file)
    except OSError:
        return
