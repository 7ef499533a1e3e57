"""What belongs to a release, and how an update must not differ from the one before."""
