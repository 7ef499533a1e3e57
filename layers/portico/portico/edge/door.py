"""A door: one Lambda handler. It reads a request, calls a room, and answers."""

import logging
import os
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from portico.aws import deadline
from portico.edge.problems import PROBLEMS, problem
from portico.edge.requests import LARGEST_BODY, body_of, caller_of, file_of, object_of, query_of
from portico.edge.responses import Response, sharing
from portico.errors import ChallengeClosed, PorticoError, TryLater
from portico.events import Caller
from portico.settings import HttpSettings, log_level

DEADLINE = timedelta(seconds=2.5)
"""A request that takes longer gets the answer ``try-later``."""

type Route = Callable[[Mapping[str, Any], Caller], Response]
type Work = Callable[[dict[str, str], Caller], Response]
"""Answers a request's parameters."""

log = Logger(service="portico", level=log_level(os.environ))
# Powertools takes Lambda's own level if there is one, and no argument changes that.
logging.getLogger("portico").setLevel(log_level(os.environ))


class Door:
    """One handler's routes, and what all of them have in common."""

    def __init__(
        self,
        name: str,
        settings: HttpSettings,
        *,
        allowed: timedelta = DEADLINE,
        sends_back: Callable[[Mapping[str, Any], PorticoError], Response] | None = None,
        tells: Callable[[Mapping[str, Any], PorticoError], Response] | None = None,
    ) -> None:
        """Make a door.

        Args:
            name: the name of its folder, and the dimension of its metrics.
            settings: its environment variables.
            allowed: how long one request may take.
            sends_back: makes the answer to an error, for doors that browsers navigate to.
                Old browsers send none of the headers that prove a browser, so the flow decides
                what their cookies may do.
            tells: makes the answer to an error, for doors whose protocol has its own errors.
        """
        self.name = name
        self.routes: dict[str, Route] = {}
        self._settings = settings
        self._allowed = allowed
        self._navigated = sends_back is not None
        self._instead = sends_back or tells
        self._metrics = Metrics(service=name)

    def takes[T](
        self, route: str, body: type[T]
    ) -> Callable[[Callable[[T, Caller], Response]], Callable[[T, Caller], Response]]:
        """Register a function for *route*. It gets the JSON body as a *body*."""

        def register(
            work: Callable[[T, Caller], Response],
        ) -> Callable[[T, Caller], Response]:
            self.routes[route] = lambda event, caller: work(body_of(event, body), caller)
            return work

        return register

    def writes[T](
        self, route: str, body: type[T], *, largest: int = LARGEST_BODY
    ) -> Callable[[Callable[[T, dict[str, str], Caller], Response]], object]:
        """Register a function for *route*. It gets the JSON body, and the path parameters.

        Args:
            route: the route.
            body: the shape of the body.
            largest: bytes of it.
        """

        def register(work: Callable[[T, dict[str, str], Caller], Response]) -> object:
            self.routes[route] = lambda event, caller: work(
                body_of(event, body, largest=largest), event.get("pathParameters") or {}, caller
            )
            return work

        return register

    def changes(
        self, route: str, *, largest: int = LARGEST_BODY
    ) -> Callable[[Callable[[dict[str, Any], dict[str, str], Caller], Response]], object]:
        """Register a function for *route*. It gets the JSON object as it is, and the path
        parameters, because a member that is not there and one that is null differ.

        Args:
            route: the route.
            largest: bytes of the body.
        """

        def register(work: Callable[[dict[str, Any], dict[str, str], Caller], Response]) -> object:
            self.routes[route] = lambda event, caller: work(
                object_of(event, largest=largest), event.get("pathParameters") or {}, caller
            )
            return work

        return register

    def uploads(
        self, route: str, kind: str, *, most: int
    ) -> Callable[[Callable[[bytes, dict[str, str], Caller], Response]], object]:
        """Register a function for *route*. It gets a file of one media type and at most so many
        bytes, and the path parameters.
        """

        def register(work: Callable[[bytes, dict[str, str], Caller], Response]) -> object:
            self.routes[route] = lambda event, caller: work(
                file_of(event, kind, most=most), event.get("pathParameters") or {}, caller
            )
            return work

        return register

    def hands(self, *routes: str) -> Callable[[Route], Route]:
        """Register a function for *routes*. It gets the request as it came, for a protocol that has
        its own rules for all of it.
        """

        def register(work: Route) -> Route:
            self.routes |= dict.fromkeys(routes, work)
            return work

        return register

    def reads(self, *routes: str) -> Callable[[Work], Work]:
        """Register a function for *routes*. It gets the query and path parameters."""
        return self._handing(
            lambda event: {**query_of(event), **(event.get("pathParameters") or {})}, routes
        )

    def asks(self, *routes: str) -> Callable[[Work], Work]:
        """Register a function for *routes*. It gets the parameters of query or form."""
        # Loaded here, because the doors of the daily path read no forms.
        from portico.edge.oauth import parameters_of  # noqa: PLC0415

        return self._handing(parameters_of, routes)

    def _handing(
        self, read: Callable[[Mapping[str, Any]], dict[str, str]], routes: tuple[str, ...]
    ) -> Callable[[Work], Work]:
        def register(work: Work) -> Work:
            for route in routes:
                self.routes[route] = lambda event, caller: work(read(event), caller)
            return work

        return register

    def refuses(self, route: str) -> None:
        """Register *route* for unknown paths: it answers 404, or 405 with the right methods.

        Preflights come by it too, since no route has their method.
        """
        self.routes[route] = _nobody

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Answer one request."""
        deadline.start(self._allowed)
        caller = caller_of(event, self._settings, cookies_of_all=self._navigated)
        route = event["routeKey"]
        refusal: PorticoError | None = None
        try:
            answer = self._answer(route, event, caller)
            outcome = answer.outcome
        except PorticoError as error:
            refusal = error
            answer, outcome = self._problem(error, event, caller)
        except Exception as error:  # noqa: BLE001 - the last line before a bare 500
            answer, outcome = self._problem(self._unforeseen(error), event, caller)
        finally:
            deadline.end()
        log.info(
            outcome,
            extra={"route": route, "status": answer.status, "request_id": caller.request_id},
        )
        self._count(outcome)
        self._metrics.flush_metrics()
        return answer.to_event(sharing(route, caller, refusal))

    def _count(self, outcome: str) -> None:
        self._metrics.add_metric(name=outcome, unit=MetricUnit.Count, value=1)

    def _answer(self, route: str, event: Mapping[str, Any], caller: Caller) -> Response:
        return self.routes.get(route, _nobody)(event, caller)

    def _problem(
        self, error: PorticoError, event: Mapping[str, Any], caller: Caller
    ) -> tuple[Response, str]:
        if isinstance(error, TryLater):
            log.warning("fault", extra={"cause": error.cause, "request_id": caller.request_id})
        kind = PROBLEMS.get(type(error), PROBLEMS[TryLater])
        if isinstance(error, ChallengeClosed):
            # The SSO funnel counts reasons, and a dashboard cannot read answers.
            self._count(f"{kind.type}-{error.reason}")
        if self._instead is not None:
            return self._instead(event, error), kind.counted_as
        return problem(error, request_id=caller.request_id), kind.counted_as

    def _unforeseen(self, error: Exception) -> TryLater:
        # Log only names and lines: an error message may quote what somebody typed.
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        log.error(
            "bug",
            extra={
                "error": type(error).__name__,
                "frames": [f"{each.filename}:{each.lineno} {each.name}" for each in frames],
            },
        )
        return TryLater(cause=f"bug: {type(error).__name__}")


def _nobody(event: Mapping[str, Any], _caller: Caller) -> Response:
    # Loaded here, because only one door gets requests for unknown paths.
    from portico.edge.routes import preflight_of, why_not_here  # noqa: PLC0415

    answer = preflight_of(event)
    if answer is None:
        raise why_not_here(event)
    return answer
