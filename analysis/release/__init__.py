"""The release: built county by county, its changes and verdicts derived, then frozen.

May import `disclosure` and below. Start with build.py (the one path), county.py (what a county
gives) and derive.py (ranges and changes); then figures.py, changes.py and verdict.py.
"""
