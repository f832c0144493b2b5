"""The ASGI application: live events first, everything else is Django."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cornbread.config.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from cornbread.team.streaming import with_live_events

application = with_live_events(django_application)
