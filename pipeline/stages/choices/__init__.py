"""What can be chosen for a file to be made, a group a module. Each adds its options to those of the one before."""
