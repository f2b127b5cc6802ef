"""Rehearsals of triage: worlds with something planted in them, to learn from and to be judged by."""
