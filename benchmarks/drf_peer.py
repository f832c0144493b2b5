"""The usual way to receive posts: Django REST framework, a serializer and one insert a request.

    python -m benchmarks.drf_peer DATABASE_FILE PORT asgi|wsgi

One uvicorn process, SQLite in WAL mode, no middleware, no sign-in, no signature: less than any
real endpoint of its kind does.
"""

import sys

import django
from django.conf import settings

DATABASE, PORT = sys.argv[1], int(sys.argv[2])
settings.configure(
    SECRET_KEY="peer",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "DEFAULT_PERMISSION_CLASSES": []},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

import uvicorn  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402


class Post(models.Model):
    external_id = models.CharField(max_length=300, unique=True)
    author = models.CharField(max_length=300)
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        app_label = "peer"

    def __str__(self) -> str:
        return self.external_id


class PostSerializer(serializers.ModelSerializer):
    class Meta:
        model = Post
        fields = ["external_id", "author", "text", "created_at"]


class Posts(generics.CreateAPIView):
    queryset = Post.objects.all()
    serializer_class = PostSerializer


urlpatterns = [path("posts/", Posts.as_view())]

if __name__ == "__main__":
    sys.modules.setdefault("benchmarks.drf_peer", sys.modules[__name__])
    with connection.schema_editor() as editor:
        editor.create_model(Post)
    threads = sys.argv[3] == "wsgi"
    uvicorn.run(
        get_wsgi_application() if threads else get_asgi_application(),
        interface="wsgi" if threads else "asgi3",
        port=PORT,
        lifespan="off",
        log_level="warning",
        access_log=False,
    )
