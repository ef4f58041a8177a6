"""HTTP routes. A view looks up what the address names, calls one function of another room, and
renders the result.

May import every room but `commands`. Start with attend.py (the survey) or results.py.
"""
