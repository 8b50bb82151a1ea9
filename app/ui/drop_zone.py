"""Takes what is dropped on a window. Always answers "copy": after "move" a file manager may delete the source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from app.models.presets import Choice
from app.ui.drop_overlay import DropOverlay

_URI_LIST = "text/uri-list"


class DropZone(QObject):
    """Watches a window for drags. `dropped` tells the list of addresses as it came, and the preset it fell on."""

    dropped = Signal(object, object)  # bytes of a text/uri-list; Choice or None

    def __init__(self, window: QWidget, choices: Sequence[Choice]) -> None:
        super().__init__(window)
        self._overlay = DropOverlay(window, choices)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    @property
    def overlay(self) -> DropOverlay:
        """What is shown while something is dragged over the window."""
        return self._overlay

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.DragEnter | QEvent.Type.DragMove | QEvent.Type.Drop if isinstance(event, QDropEvent):
                return self._on_drag(event)
            case QEvent.Type.DragLeave:
                self._overlay.leave()
                return True
            case QEvent.Type.Resize:
                self._overlay.fit()
            case _:
                pass
        return False

    def _on_drag(self, event: QDropEvent) -> bool:
        mime = event.mimeData()
        if not (mime.hasUrls() or mime.hasText()):
            self._overlay.leave()
            event.ignore()
            return True
        # Whatever the keys held down propose.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        at = event.position().toPoint()
        if event.type() == QEvent.Type.Drop:
            choice = self._overlay.choice_at(at)
            self._overlay.leave()
            self.dropped.emit(uri_list(mime), choice)
        elif event.type() == QEvent.Type.DragEnter:
            self._overlay.enter(_count(mime), at)
        else:
            self._overlay.hover(at)
        return True


def uri_list(mime: QMimeData) -> bytes:
    """The addresses as they came. Not read here: 10,000 of them are a worker's job."""
    if mime.hasFormat(_URI_LIST):
        return bytes(mime.data(_URI_LIST).data())
    return mime.text().encode("utf-8", "surrogateescape")


def paths_of(addresses: bytes) -> tuple[list[bytes], int]:
    """The local paths in a text/uri-list, byte for byte, and how many other addresses there were."""
    paths, others = [], 0
    for line in addresses.split(b"\n"):
        line = line.strip()
        if not line or line.startswith(b"#"):
            continue
        if line.startswith(b"file:"):
            paths.append(_local(line))
        elif line.startswith(b"/"):
            paths.append(line)
        else:
            others += 1
    return paths, others


def _local(address: bytes) -> bytes:
    if os.name == "nt":
        return os.fsencode(QUrl(address.decode()).toLocalFile())
    # By hand: QUrl would turn bytes of a name that are not UTF-8 into replacement characters.
    path = address.removeprefix(b"file:")
    if path.startswith(b"//"):
        path = path[path.find(b"/", 2) :]
    return unquote_to_bytes(path)


def _count(mime: QMimeData) -> int:
    return sum(1 for line in uri_list(mime).split(b"\n") if line.strip() and not line.startswith(b"#"))
