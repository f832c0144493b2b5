"""Addresses of the channels."""

from django.urls import path

from cornbread.channels.views import connecting, detail, mastodon, overview

urlpatterns = [
    path("", overview.channels, name="channels"),
    path("first/", connecting.first, name="channel_first"),
    path("connect/", connecting.choose, name="channel_choose"),
    path("connect/<slug:kind>/", connecting.connect, name="channel_connect"),
    path("mastodon/authorize/", mastodon.authorize, name="mastodon_authorize"),
    path("mastodon/callback/", mastodon.callback, name="mastodon_callback"),
    path("<int:channel_id>/", detail.channel, name="channel"),
    path("<int:channel_id>/connected/", connecting.connected, name="channel_connected"),
    path("<int:channel_id>/pause/", detail.pause, name="channel_pause"),
    path("<int:channel_id>/resume/", detail.resume, name="channel_resume"),
    path("<int:channel_id>/reconnect/", connecting.reconnect, name="channel_reconnect"),
    path("<int:channel_id>/disconnect/", detail.disconnect, name="channel_disconnect"),
    path("<int:channel_id>/secret/", detail.secret, name="channel_secret"),
    path("<int:channel_id>/rehearse/", detail.rehearse, name="channel_rehearse"),
]
