"""All that knows ffmpeg: which one, what to say to it, what it says, and what is in a media file."""
