import gzip
from collections.abc import Iterator

import pytest
import zstandard
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from dashboards.bodies import Body, KnownResponse
from paneldash import compression
from paneldash.compression import CompressionMiddleware, takes

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


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_the_length_is_padded_at_random(encoding: str) -> None:
    assert len({len(answer(encoding).content) for _ in range(20)}) > 3


def test_a_strong_etag_becomes_weak() -> None:
    assert answer("zstd", ETag='"abc"')["ETag"] == 'W/"abc"'


def streamed(parts: Iterator[bytes], accepted: str) -> StreamingHttpResponse:
    request = RequestFactory().get("/", headers={"accept-encoding": accepted})
    return CompressionMiddleware(lambda _: StreamingHttpResponse(parts))(request)  # type: ignore[arg-type,return-value]


def test_each_part_of_a_stream_can_be_read_when_it_comes() -> None:
    response = streamed(iter([b"one", b"two"]), "zstd")
    assert response["Content-Encoding"] == "zstd"
    reader = zstandard.ZstdDecompressor().decompressobj()
    assert [reader.decompress(part) for part in response.streaming_content] == [b"one", b"two", b""]


def test_a_stream_is_compressed_by_gzip_for_others_and_not_for_the_rest() -> None:
    assert gzip.decompress(b"".join(streamed(iter([TEXT]), "gzip").streaming_content)) == TEXT
    assert b"".join(streamed(iter([TEXT]), "identity").streaming_content) == TEXT


def test_what_breaks_a_stream_is_not_hidden() -> None:
    def parts() -> Iterator[bytes]:
        yield TEXT
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        list(streamed(parts(), "zstd").streaming_content)


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_what_is_sent_again_is_compressed_once_and_padded_each_time(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = Body(TEXT)
    middleware = CompressionMiddleware(lambda _: KnownResponse(body))  # type: ignore[arg-type,return-value]
    request = RequestFactory().get("/", headers={"accept-encoding": encoding})
    first = middleware(request)
    monkeypatch.setitem(compression.ENCODINGS, encoding, (lambda _: pytest.fail("again"), compression.ENCODINGS[encoding][1]))
    answers = [first, *(middleware(request) for _ in range(20))]
    assert len({len(one.content) for one in answers}) > 3  # type: ignore[attr-defined]
    assert {unpacked(one.content, encoding) for one in answers} == {TEXT}  # type: ignore[attr-defined]


def unpacked(content: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(content)
    return zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True).read()


@pytest.mark.parametrize(
    ("accepted", "is_taken"),
    [("zstd", True), ("br, ZSTD;q=0.5", True), ("zstd;q=0", False), ("zstd; q=0.000", False), ("zstdx", False), ("", False)],
)
def test_reads_what_the_client_accepts(accepted: str, is_taken: bool) -> None:
    assert takes(RequestFactory().get("/", headers={"accept-encoding": accepted}), "zstd") is is_taken
