"""What stands between the network and the application: gunicorn's worker, and who does what.

May import every other room. Start with roles.py: which process collects, reads or serves the desk.
"""
