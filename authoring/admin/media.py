"""Pictures for the admin and its previews, where no public process shares the host."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest

FOR_EVER = "public, max-age=31536000, immutable"


def serve(request: HttpRequest, name: str) -> FileResponse:
    """One rendition. Its name is the digest of its content, so it never changes."""
    try:
        file = default_storage.open(name)
    except OSError as error:
        raise Http404 from error
    return FileResponse(file, content_type="image/webp", headers={"Cache-Control": FOR_EVER})
