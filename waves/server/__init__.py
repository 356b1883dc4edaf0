"""What runs in a server process beside Django, and what knows which server it is."""
