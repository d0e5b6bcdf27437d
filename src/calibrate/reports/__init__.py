"""Floor 4: papermill over ``templates/``, then one self-contained page for each report."""
