"""Widgets for JupyterLab and the scoring room: Python owns the rules, the browser draws and reports clicks."""
