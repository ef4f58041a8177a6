"""Closed events in, one stored release out: the only room that reads answers in bulk.

May import `analysis`, `storage` and `questionnaire`. Start with build.py; which measures are
published stands in measure_catalogue.py.
"""
