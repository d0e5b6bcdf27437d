"""Floor 1: frozen records and the rules about them. Standard library only."""
