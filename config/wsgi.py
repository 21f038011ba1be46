"""The web process. Nothing but `manage.py` runs the system checks by itself, so this does too."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
call_command("check", verbosity=0)
