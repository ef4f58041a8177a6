"""A regular package: one of our test tools ships another of this name, which would win over a folder."""
