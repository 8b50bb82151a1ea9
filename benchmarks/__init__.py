"""Measures what the README's table shows. Each module is a command of its own, and takes `--help`; none is a test.

Those of conversions also take `--rounds`, `--quick` and `--out FILE`, and need a quiet machine. Minutes on two cores:
`handbrake` 4, `many_outputs` 3, `many_files` 6, `target_vmaf` 7, `target_size` 3, `forecast` 4; and `traps` 2, which
measures no time.
"""
