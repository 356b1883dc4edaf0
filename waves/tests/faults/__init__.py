"""Faults that are provoked, in short: ``make faults`` runs the whole of each, many times."""
