"""What a release looks like outside: charts, files and the codebook. Takes released tables only.

May import `release`. Charts: charts.py. Files of the package: parquet.py, statistics_files.py,
excel.py, put together by survey/read/package.py. export.py is for notebooks.
"""
