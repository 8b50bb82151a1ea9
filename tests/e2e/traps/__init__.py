"""The traps of converting, as a table that we and other programs are judged by alike."""
