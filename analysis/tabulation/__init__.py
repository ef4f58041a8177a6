"""Exact counts of a county become tables: who is shown together, and how coarsely.

May import `estimators`. Start with counts.py (whole numbers), then pooling.py and tables.py (who
stands together), exact_rows.py and rounding.py, the only place where a figure is rounded.
"""
