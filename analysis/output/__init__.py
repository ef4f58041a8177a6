"""What a release looks like outside: charts, files and the codebook. Takes released tables only.

May import `release`. Start with charts.py and export.py.
"""
