"""A child process with all it starts, in the way of the system we run on."""

import sys

if sys.platform == "win32":
    from pipeline.media.tree_windows import Tree, close, could_not_start, session_of
else:
    from pipeline.media.tree_posix import Tree, close, could_not_start, session_of

__all__ = ["Tree", "close", "could_not_start", "session_of"]
