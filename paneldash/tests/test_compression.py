import gzip

import pytest
import zstandard
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from paneldash.compression import CompressionMiddleware, takes_zstd

TEXT = b"the quick brown fox " * 100


def answer(accepted: str, content: bytes = TEXT, **headers: str) -> HttpResponseBase:
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(content, headers=headers)

    return CompressionMiddleware(view)(RequestFactory().get("/", headers={"accept-encoding": accepted}))  # type: ignore[arg-type]


def test_a_browser_of_today_gets_zstd() -> None:
    response = answer("gzip, deflate, br, zstd")
    assert response["Content-Encoding"] == "zstd"
    assert response["Vary"] == "Accept-Encoding"
    assert response["Content-Length"] == str(len(response.content))
    read = zstandard.ZstdDecompressor().stream_reader(response.content, read_across_frames=True).read()
    assert read == TEXT


def test_others_get_gzip_or_nothing() -> None:
    response = answer("gzip")
    assert (response["Content-Encoding"], gzip.decompress(response.content)) == ("gzip", TEXT)
    assert answer("identity").content == TEXT


def test_short_answers_and_compressed_ones_are_left_alone() -> None:
    assert answer("zstd", b"short").content == b"short"
    assert answer("zstd", TEXT, **{"Content-Encoding": "br"}).content == TEXT


def test_the_length_is_padded_at_random() -> None:
    assert len({len(answer("zstd").content) for _ in range(20)}) > 3


def test_a_strong_etag_becomes_weak() -> None:
    assert answer("zstd", ETag='"abc"')["ETag"] == 'W/"abc"'


def test_a_stream_is_not_held_back_for_zstd() -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "zstd"})
    response = CompressionMiddleware(lambda _: StreamingHttpResponse([TEXT]))(request)  # type: ignore[arg-type,return-value]
    assert not response.has_header("Content-Encoding")


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("zstd", True), ("br, ZSTD;q=0.5", True), ("zstd;q=0", False), ("zstd; q=0.000", False), ("zstdx", False), ("", False)],
)
def test_reads_what_the_client_accepts(accepted: str, takes: bool) -> None:
    assert takes_zstd(RequestFactory().get("/", headers={"accept-encoding": accepted})) is takes
