"""Faults that are provoked: what viewers then see, how soon it is noticed, and when all is well.

``make faults`` runs them all and writes docs/reliability.md; ``waves/tests/faults/`` runs the short
form of each. A fault is a few lines in one of the ``*_faults`` modules; ``scene`` has the processes
and viewers that it happens to, ``truth`` and ``viewers`` judge every sample, ``trial`` runs one.
"""
