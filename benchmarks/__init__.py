"""Measures what the README's table shows. Each module is a command of its own; none is a test."""
