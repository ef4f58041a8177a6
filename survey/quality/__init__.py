"""Which answers count: signs that answers were stuffed, and what two people decide about them.

May import `storage` and `questionnaire`; knows nothing of releases and of pages. Start with
signs.py, which is pure: answers of one event in, the keys of those that wait and why out.
"""
