"""What recording costs, and how soon a window of what is recorded is answered."""
