"""`flask ...`: what operators and organisers type. Thin, as pages are: parse, one verb, answer.

May import every other room. Start with cli.py.
"""
