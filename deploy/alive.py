"""Does the site answer? Exit code 0 when it does: for the health check of a container, which holds no curl."""

import os
import sys
from http.client import HTTPConnection

connection = HTTPConnection("127.0.0.1", 8000, timeout=3)
try:
    # The site answers under its own names only.
    connection.request("GET", "/sante", headers={"Host": os.environ["ALLOWED_HOSTS"].split(",")[0].strip()})
    sys.exit(connection.getresponse().status != 200)
except OSError:
    sys.exit(1)
