"""One response, stored exactly once, and nothing that names its sender.

May import `storage` and `questionnaire`; knows nothing of releases. Start with intake.py.
"""
