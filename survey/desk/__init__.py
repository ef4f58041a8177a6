"""What organisers do: communities, agencies, events, posters.

May import `storage` and `questionnaire`. Start with communities.py.
"""
