"""The app's own log: one file in the home that never grows large, and the stack of a crash beside it."""

from __future__ import annotations

import faulthandler
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from logging.handlers import RotatingFileHandler

from app.home.places import Home

LIMIT_BYTES = 1024 * 1024
KEPT = 3
_FORM = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


class _QuietFile(RotatingFileHandler):
    """A log file whose own trouble, as with a full drive, is not printed among what a person reads."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Drops the line."""


def keep_logs(home: Home) -> Callable[[], None]:
    """Sends warnings of all our code to `reelyard.log`, and stacks of fatal crashes to `crash.log`.

    Returns what ends that. A folder that cannot be written costs the log, never the app.
    """
    root = logging.getLogger()
    try:
        handler = _QuietFile(
            os.path.join(home.logs_folder, "reelyard.log"), maxBytes=LIMIT_BYTES, backupCount=KEPT, encoding="utf-8"
        )
        crashes = os.open(os.path.join(home.logs_folder, "crash.log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        root.addHandler(nowhere := logging.NullHandler())
        return lambda: root.removeHandler(nowhere)
    handler.setFormatter(logging.Formatter(_FORM))
    handler.setLevel(logging.WARNING)
    root.addHandler(handler)
    # Qt's aborts print their Python stack only this way.
    faulthandler.enable(crashes)
    return lambda: _end(root, handler, crashes)


def _end(root: logging.Logger, handler: logging.Handler, crashes: int) -> None:
    root.removeHandler(handler)
    handler.close()
    faulthandler.disable()
    with suppress(OSError):
        os.close(crashes)
