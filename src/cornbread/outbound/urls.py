"""Addresses of canned responses and signatures, below a workspace."""

from django.urls import URLPattern, path

from cornbread.outbound.views import canned, files, signatures

_ONE = "<int:response_id>/"

urlpatterns: list[URLPattern] = [
    path("", canned.canned, name="canned"),
    path("new/", canned.new_canned, name="canned-new"),
    path("preview/", canned.preview, name="canned-preview"),
    path("export/", files.export, name="canned-export"),
    path("import/", files.bring_in, name="canned-import"),
    path("signatures/", signatures.signatures, name="signatures"),
    path(_ONE, canned.edit_canned, name="canned-edit"),
    path(f"{_ONE}archive/", canned.archive, name="canned-archive"),
    path(f"{_ONE}bring-back/", canned.bring_back, name="canned-bring-back"),
]
