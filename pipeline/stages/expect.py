"""What a command should put out, for its progress and for the check of its result."""

from __future__ import annotations

from pipeline.model.source import MediaInfo


def seconds(info: MediaInfo) -> float:
    """How long the media is; 0 where the container does not say."""
    return info.duration_s or 0.0


def frames(info: MediaInfo) -> int:
    """How many video frames there are: the container's own count, else time by rate; 0 where neither is known."""
    video = info.video
    if video is None:
        return 0
    # The container's length is that of its longest stream, which is seldom the picture's.
    return video.frames or round((video.duration_s or seconds(info)) * video.frame_rate)
