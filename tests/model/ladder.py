"""Ladders: what falls while no answer comes, and what silence decides (language page: late)."""

import dataclasses

from days import parse_span


@dataclasses.dataclass
class Rung:
    name: str
    at: tuple
    clock: str = "promised"
    before: bool = False
    card: str = "none"
    decide: str = None


def percent(limit, share):
    return limit[0] * share // 100, limit[1]


def read_rung(name, value, step, own):
    content = value if isinstance(value, dict) else {"card": value}
    rung = Rung(name, None, card=content.get("card", "none"), decide=content.get("decide"))
    if name in ("statutory", "internal"):
        rung.clock, rung.at = name, getattr(step, name)
        assert rung.at or not own, name
        return rung if rung.at else None
    if name.endswith("before"):
        rung.before, rung.at = True, parse_span(name.removesuffix("before"))
    else:
        rung.at = percent(step.limit, int(name.removeprefix("at ").removesuffix("%")))
    return rung


def read_ladder(ladder, step, own):
    rungs = [read_rung(name, value, step, own) for name, value in ladder.items()]
    return [rung for rung in rungs if rung]


def read_member_ladder(ladder, member):
    """Of its own limit; only rungs at N %."""
    return [Rung(name, percent(member.limit, int(name[3:-1])), card=card)
            for name, card in ladder.items() if name.startswith("at ")]


ROUGH = {"wd": 120960, "d": 86400, "mon": 2629800, "y": 31557600, "h": 3600, "min": 60, "s": 1}


def rough(span):
    """Seconds, to say which of two limits is the shorter."""
    return span[0] * ROUGH[span[1]]


def announce(step):
    """Silence that decides is announced before."""
    deciding = [rung for rung in step.rungs if rung.decide]
    for rung in deciding:
        if not any(comes_before(other, rung) for other in step.rungs):
            share = percent(step.limit, 80)
            at = share if share[0] < step.limit[0] else (0, share[1])
            step.rungs.append(Rung("announcement", at, card="announcement"))
            break


def comes_before(rung, other):
    return rung.before or (not rung.decide and rough(rung.at) < rough(other.at))
