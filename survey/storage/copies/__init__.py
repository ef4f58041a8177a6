"""Whole copies of a database: backups, restores, moves to another engine, merges of a hub.

Works over whatever tables there are, so that a new table is carried without a change here. Start
with rows.py: the one form in which rows are copied and compared, whichever engine holds them.
"""
