"""What should happen: pure decisions over frozen dataclasses, with `now` as an argument and no I/O."""
