"""A child that lives on: lines in, lines out, and what is known of it once it is gone."""

from __future__ import annotations

import sys

from pipeline.media.worker import Worker

_ECHO = "import sys\nfor line in sys.stdin:\n    print(line.upper(), end='', flush=True)"
_COMPLAINS = "import sys, os\nprint('so it goes', file=sys.stderr, flush=True)\nos.kill(os.getpid(), 9)"


def test_it_answers_as_often_as_it_is_asked() -> None:
    worker = Worker((sys.executable, "-c", _ECHO))
    worker.send(b"one")
    worker.send(b"two")
    assert (worker.next(30), worker.next(30)) == (b"ONE\n", b"TWO\n")
    assert worker.is_alive()
    worker.kill()
    worker.join()


def test_one_that_says_nothing_is_not_waited_for_and_one_that_died_is_told_apart() -> None:
    worker = Worker((sys.executable, "-c", _ECHO))
    assert worker.next(0.05) is None
    worker.kill()
    assert worker.next(30) == b""
    worker.join()
    assert not worker.is_alive()
    worker.send(b"anybody?")


def test_its_last_words_and_its_end_are_kept() -> None:
    worker = Worker((sys.executable, "-c", _COMPLAINS))
    assert worker.next(30) == b""
    assert worker.last_words() == "so it goes\nEnded by signal 9."
