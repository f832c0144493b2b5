"""The ASGI application: live events first, everything else is Django."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cornbread.config.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
