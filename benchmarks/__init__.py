"""How quick Calibrate is beside named peers: ratios, because seconds belong to one machine."""
