"""Floor 2: the model in a database, and sealed ballots. No other floor speaks SQL."""
