"""Handing over everything of a person to successors: by a rule, previewed, as one piece of work that can be taken back."""
