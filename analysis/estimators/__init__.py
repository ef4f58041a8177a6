"""Statistics from answers to a range, each a small pure function tested against R.

May import `measures` and `frame`. Start with basic.py (shares, means, Wilson), then
linearization.py (standard errors of people who came in events) and intervals.py (which range fits).
"""
