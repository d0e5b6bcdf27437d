"""Floor 2: a score table in, a frozen labelled result with its plain sentence out. No database."""
