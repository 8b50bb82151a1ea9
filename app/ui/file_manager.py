"""Shows files in the desktop's own file manager. What each platform needs is here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def open_file(path: str) -> None:
    """Opens a file with the program the desktop has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def reveal(paths: Sequence[str]) -> None:
    """Shows files selected in their folder, or the nearest folder that is still there."""
    there = [path for path in paths if os.path.lexists(path)]
    if there and _PLATFORM(there):
        return
    for folder in dict.fromkeys(_nearest_folder(path) for path in paths):
        QDesktopServices.openUrl(QUrl.fromLocalFile(folder))


def _nearest_folder(path: str) -> str:
    folder = os.path.dirname(path)
    while folder and not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _by_dbus(paths: list[str]) -> bool:
    """The freedesktop way to select files; False where no file manager offers it."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    names = bus.interface()
    service = "org.freedesktop.FileManager1"
    if service not in [*names.registeredServiceNames().value(), *names.activatableServiceNames().value()]:
        return False
    message = QDBusMessage.createMethodCall(service, "/org/freedesktop/FileManager1", service, "ShowItems")
    message.setArguments([[bytes(QUrl.fromLocalFile(path).toEncoded().data()).decode() for path in paths], ""])
    return bus.send(message)


def _by_explorer(paths: list[str]) -> bool:
    started = [QProcess.startDetached("explorer.exe", [f"/select,{os.path.normpath(path)}"]) for path in paths[:1]]
    return all(bool(one) for one in started)


def _by_finder(paths: list[str]) -> bool:
    return bool(QProcess.startDetached("open", ["-R", *paths]))


_PLATFORMS: dict[str, Callable[[list[str]], bool]] = {"win32": _by_explorer, "darwin": _by_finder}
_PLATFORM = _PLATFORMS.get(sys.platform, _by_dbus)
