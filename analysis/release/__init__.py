"""The release: built county by county, its changes and verdicts derived, then frozen.

May import `disclosure` and below. Start with build.py, then figures.py, changes.py and verdict.py;
programme.py builds what is too large for one table.
"""
