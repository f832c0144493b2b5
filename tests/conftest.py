"""Every test run has a home of its own, so that no test can touch a real installation."""

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="cornbread-test-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["CORNBREAD_HOME"] = _HOME
os.environ["CORNBREAD_TESTING"] = "1"
