"""What a visitor sees of a release: its rows found, told in sentences, drawn, and sent as files.

Reads stored releases only (`storage.release_store`, `storage.released_tables`), never an answer.
Start with results_query.py, then captions.py.
"""
