"""ETag and 304: who has an answer already is not sent it again."""

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

KEPT_HEADERS = ("Cache-Control", "Vary", "Content-Location", "Expires")  # RFC 9110, section 15.4.5


def conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A read's answer with its ETag, by its body where the operation has not said one; 304 where the caller has it."""
    if request.method != "GET" or response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    if not response.has_header("ETag"):
        response["ETag"] = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
    if not _has(request, response["ETag"]):
        return response
    same = HttpResponseNotModified(headers={"ETag": response["ETag"]})
    for name in KEPT_HEADERS:
        if response.has_header(name):
            same[name] = response[name]
    return same


def _has(request: HttpRequest, etag: str) -> bool:
    """By the weak comparison, as RFC 9110 has it for reads: proxies that compress make tags weak."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return known == ["*"] or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in known}
