"""A package by name: textstat, a tool of test_reading.py, installs a folder `tests` of its own."""
