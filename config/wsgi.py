"""The web process. Nothing but `manage.py` runs the system checks by itself, so this does too."""

import os

from django.core.wsgi import get_wsgi_application

from config.apps import refuse_unless_sound

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
refuse_unless_sound(web=True)
