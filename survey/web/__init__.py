"""What every page shares: headers, static files, language, reading a form, compression.

Knows no table and no figure; may import `questionnaire.words`. Start with headers.py.
"""
