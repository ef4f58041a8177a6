"""What stands between the network and the application: gunicorn's worker, and who does what."""
