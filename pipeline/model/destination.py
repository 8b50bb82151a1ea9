"""Where a job's results go, and what to do when the name is taken."""

from __future__ import annotations

import os
from typing import Literal

import msgspec

IfExists = Literal["rename", "overwrite", "skip"]


class Destination(msgspec.Struct, frozen=True, omit_defaults=True):
    """A folder for results.

    An empty `folder` means beside the source. The source's `subfolder` is mirrored below `folder`.
    `overwrite` replaces an older file at publish, never a source of the same job. With `replace_source` the result
    goes beside the source whatever `folder` says, and the source makes room: it is moved to a folder where it is kept.
    """

    folder: bytes = b""
    if_exists: IfExists = "rename"
    replace_source: bool = False

    @property
    def is_beside_source(self) -> bool:
        """Whether results go into the source's own folder."""
        return self.replace_source or not self.folder

    def folder_for(self, source_file: str, subfolder: bytes) -> str:
        """The absolute folder for one source's results."""
        if self.is_beside_source:
            return os.path.dirname(source_file)
        folder = os.fsdecode(self.folder)
        return os.path.join(folder, os.fsdecode(subfolder)) if subfolder else folder
