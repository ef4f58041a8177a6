"""A regular package: a tool among ours ships another of this name, which would win otherwise."""
