"""The audit: could somebody's answer be worked out from everything that is published together?

May import `tabulation`. Start with protect.py (what is done about it), then witness.py (what
counts as safe) and limits.py (what a printed figure says of the counts behind it).
"""
