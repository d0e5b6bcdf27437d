"""What a person asks for in one breath: load, decide, save in one transaction."""
