"""What a visitor sees of a release: its rows selected, worded, drawn, and sent as files.

Reads stored releases only (`storage.release_store`), never an answer.
Start with results_query.py, then captions.py.
"""
