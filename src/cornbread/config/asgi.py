"""The ASGI application: what is handed in and live events first, everything else is Django."""

import os
from typing import cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cornbread.config.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from cornbread.listening.receiving.endpoint import with_receiving
from cornbread.team.streaming import App, with_live_events

# Django types the messages as plain dicts, the ASGI way is any mutable mapping.
application = with_receiving(with_live_events(cast(App, django_application)))
