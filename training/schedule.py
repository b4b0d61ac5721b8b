"""In which rounds is trained, and at which rate."""

import math
from dataclasses import dataclass

WARM_UP = 60  # steps
LOWEST = 0.05  # of a round's rate, at its end
# Pictures grow: small ones learn faster by the minute. "sight" is the stem by itself, on attributes.
SCHEDULE = (
    "sight 64 1500 2e-3, joint 64 1200 2e-3, sight 96 2400 2e-3, joint 96 1900 1.4e-3, sight 128 3600 2e-3, joint 112 800 1.4e-3, joint 128 1800 1e-3"
)


@dataclass(frozen=True)
class Round:
    """`size` is the side of the pictures in pixels, `rate` the learning rate at its highest. Steps are counted over all rounds."""

    what: str
    size: int
    start: int
    end: int
    rate: float

    def rate_at(self, step: int) -> float:
        """A short way up, then a cosine."""
        done = step - self.start
        progress = done / (self.end - self.start)
        return self.rate * min(1.0, (done + 1) / WARM_UP) * (LOWEST + (1 - LOWEST) * (1 + math.cos(math.pi * progress)) / 2)


def rounds_of(schedule: str) -> list[Round]:
    """"joint 96 1500 2e-3, ...": what, side of the pictures in pixels, steps, learning rate."""
    rounds: list[Round] = []
    for part in schedule.split(","):
        what, size, steps, rate = part.split()
        start = rounds[-1].end if rounds else 0
        rounds.append(Round(what, int(size), start, start + int(steps), float(rate)))
    return rounds


def agree(one: str, other: str, step: int) -> bool:
    """Whether the rounds begun by `step` are the same: those to come may change."""
    begun = lambda schedule: [round for round in rounds_of(schedule) if round.start < step]  # noqa: E731
    return begun(one) == begun(other)
