"""The room: a panel scores in its browsers, the facilitator leads; one process, no code cells, nothing else."""
