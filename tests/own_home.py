"""Every test run has a home of its own, so that no test can touch a real installation.

A plugin of its own (``-p`` in pyproject.toml), because settings are read before any conftest.
"""

import atexit
import os
import shutil
import tempfile

HOME = tempfile.mkdtemp(prefix="cornbread-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["CORNBREAD_HOME"] = HOME
os.environ["CORNBREAD_TESTING"] = "1"
