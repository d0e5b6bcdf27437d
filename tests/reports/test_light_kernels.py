"""What a report's kernel loads: every report starts a fresh one, so what is heavy stays outside."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["session", "school", "district", "rater"])
def test_a_report_does_not_load_what_runs_and_reads_notebooks(module):
    code = (
        "import json, sys\n"
        "from calibrate import figures\n"
        "import calibrate.reports.parameters\n"
        f"import calibrate.reports.{module}\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"nbformat", "papermill", "jsonschema", "nbclient", "docx", "jupyterlab"}
