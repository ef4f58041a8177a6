"""What is asked, and in which words: the instrument, its published versions, words, form classes.

May import `survey.config`. Start with instrument.py (what is asked), then forms.py (how an answer
is validated).
"""
