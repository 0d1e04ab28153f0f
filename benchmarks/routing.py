"""The order of a crew's stops: length and time against OR-Tools' routing, in the same run.

Run: ``.venv/bin/python benchmarks/routing.py``. Towns are drawn with a seed, a start and so many stops within
10 km, ten of each size. OR-Tools begins with its cheapest insertion; "local" ends at its first local optimum,
"guided" searches on for a second of the clock (guided local search). With windows, one stop in six, at most six,
has an hour of its own, one after the other, visits take ten minutes, and who is early waits; OR-Tools is then
given the stops by closing to begin with.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

sys.path[:0] = [str(Path(__file__).parents[1] / "src")]

from lacarte.engines.geography import haversine_metres, travel_seconds  # noqa: E402
from lacarte.engines.routing import Stops, tour  # noqa: E402

SIZES, TOWNS = (20, 50, 100), 10
VISIT, HOUR = 600.0, 3600.0


def town(n: int, seed: int, *, windows: bool) -> Stops:
    """``n`` stops, the start in their midst."""
    draw = np.random.default_rng(seed)
    x, y = np.concatenate([[[0.0], [0.0]], draw.uniform(-0.09, 0.09, (2, n))], axis=1)
    x, y = x + 122, y + 30
    travel = travel_seconds(haversine_metres(x[:, None], y[:, None], x, y))
    opens, closes = np.full(n, -np.inf), np.full(n, np.inf)
    if windows:
        booked = draw.choice(n, min(n // 6, 6), replace=False)
        opens[booked] = (1 + np.arange(len(booked))) * HOUR
        closes[booked] = opens[booked] + HOUR
    return Stops(travel, np.full(n, VISIT), opens, closes)


def ortools(stops: Stops, *, seconds: float | None) -> list[int] | None:
    """An order as OR-Tools finds it, or none. Its numbers are whole seconds; the end costs nothing to reach."""
    n = len(stops)
    manager = pywrapcp.RoutingIndexManager(n + 2, 1, [0], [n + 1])
    model = pywrapcp.RoutingModel(manager)
    way = np.zeros((n + 2, n + 2), dtype=np.int64)
    way[: n + 1, : n + 1] = np.rint(stops.travel)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(way.tolist()))
    if len(stops.windowed):
        taken = way.copy()
        taken[1 : n + 1] += round(VISIT)
        model.AddDimension(model.RegisterTransitMatrix(taken.tolist()), 10**6, 10**6, False, "time")
        clock = model.GetDimensionOrDie("time")
        for stop in stops.windowed:
            window = clock.CumulVar(manager.NodeToIndex(int(stop) + 1))
            window.SetRange(int(stops.opens[stop]), int(stops.closes[stop]))
    asked = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.time_limit.FromMilliseconds(int((seconds or 5) * 1000))
    if seconds:
        asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    first = [int(stop) for stop in np.argsort(stops.closes, kind="stable")]
    if len(stops.windowed):  # left to itself it often finds no order to begin with: by closing, as anybody would
        model.CloseModelWithParameters(asked)
        begun = model.ReadAssignmentFromRoutes([[stop + 1 for stop in first]], True)
        found = model.SolveFromAssignmentWithParameters(begun, asked) if begun else None
    else:
        found = model.SolveWithParameters(asked)
    if found is None:
        return None
    order, at = [], found.Value(model.NextVar(model.Start(0)))
    while not model.IsEnd(at):
        order.append(manager.IndexToNode(at) - 1)
        at = found.Value(model.NextVar(at))
    return order


def main() -> None:
    """Print a table: ratio of the way (ours : theirs, mean of the towns) and milliseconds of CPU."""
    print("stops windows | ours ms  kept | local ms  kept  way ratio | guided ms  way ratio")
    for windows in (False, True):
        for n in SIZES:
            lines = [_one(town(n, 100 * n + seed, windows=windows)) for seed in range(TOWNS)]
            ours, kept, local, local_kept, ratio, guided, guided_ratio = np.array(lines).T
            print(
                f"{n:5} {'yes' if windows else 'no':>7} | {ours.mean():7.1f} {kept.mean():5.0%} |"
                f" {local.mean():8.1f} {local_kept.mean():5.0%} {np.nanmean(ratio):10.3f} |"
                f" {guided.mean():9.1f} {np.nanmean(guided_ratio):10.3f}"
            )


def _one(stops: Stops) -> list[float]:
    ours, took = _timed(lambda: list(tour(stops).order))
    local, local_took = _timed(lambda: ortools(stops, seconds=None))
    guided, guided_took = _timed(lambda: ortools(stops, seconds=1.0))
    assert ours is not None
    way = stops.on_the_way(ours)
    ratios = [np.nan if one is None else way / stops.on_the_way(one) for one in (local, guided)]
    keeps = [one is not None and stops.cost(one)[0] == 0 for one in (ours, local)]
    return [took, keeps[0], local_took, keeps[1], ratios[0], guided_took, ratios[1]]


def _timed(work):  # type: ignore[no-untyped-def]
    began = time.process_time()
    found = work()
    return found, (time.process_time() - began) * 1000


if __name__ == "__main__":
    main()
