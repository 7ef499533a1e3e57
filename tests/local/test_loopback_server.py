"""The local front's own server, where no application is asked yet."""

import json
from http.client import HTTPConnection

from local.loopback_server import listening, serving


class TestALineThatIsTooLong:
    def test_is_refused_in_the_gateways_words(self):
        with listening(0) as taken, serving(taken, lambda *_: []):
            visit = HTTPConnection("127.0.0.1", taken.getsockname()[1], timeout=5)
            visit.request("GET", "/" + "a" * 70_000)
            answer = visit.getresponse()
            text = answer.read()
            visit.close()

        assert answer.status == 431
        assert json.loads(text) == {"message": "Request Header Fields Too Large"}
