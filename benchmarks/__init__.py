"""What was measured, one command each; all print their goals and take `--help`.

Those of conversions also take `--rounds`, `--quick` and `--out FILE`, and need a quiet machine. Minutes on two cores:
`handbrake` 4, `many_outputs` 3, `many_files` 6, `target_vmaf` 7, `target_size` 3, `forecast` 4; `traps`, which measures no
time, 2.
"""
