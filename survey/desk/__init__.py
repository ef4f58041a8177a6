"""What organisers do: communities and their agencies, evenings, posters, the demonstration; and who
they are (accounts.py, sessions.py, sign_in.py).

May import `storage` and `questionnaire`. Start with communities.py; what may be typed is in
limits.py, and what has answers can no longer be changed (answered.py).
"""
