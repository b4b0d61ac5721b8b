"""How much a product answers a query."""

import numpy as np

from pictures import Pictures
from queries import Query

SOFT = 0.3  # how much a product answers that differs in color alone, where the query did not name the color
# How much a product answers that has the kind alone: enough to come before the right print on another kind, since whoever asks for a phone case is
# better served by one in stripes than by a leopard rug.
SAME_KIND = 0.04
OTHER_NAME = 0.3  # how much a product answers whose title has another name than the one asked for


def relevance(queries: list[Query], pictures: Pictures, rows: np.ndarray, same_kind: float = 0.0, names: list[str] | None = None) -> np.ndarray:
    """
    [queries, rows]: 1 where every attribute that the query fixes matches, SOFT where only an unnamed color differs, `same_kind` where only a kind that the query
    fixes does, else 0. `names` are the rows' own, for queries that ask for one.
    """
    kinds, prints, colors = (len(labels) for labels in pictures.labels)

    def matches(wanted: list[int], given: np.ndarray, open: int) -> np.ndarray:
        column = np.array(wanted)[:, None]
        return (column == open) | (column == given[None])

    kind = matches([q.kind for q in queries], pictures.kind[rows], kinds)
    fixed = kind & matches([q.print for q in queries], pictures.print[rows], prints)
    color = matches([q.color for q in queries], pictures.color[rows], colors)
    named = np.array([q.named for q in queries])[:, None]
    full = fixed * np.where(color, 1.0, np.where(named, 0.0, SOFT))
    if names is not None:
        wanted = np.array([q.name for q in queries])[:, None]
        full = full * np.where((wanted == "") | (wanted == np.array(names)[None]), 1.0, OTHER_NAME)
    stated = np.array([q.kind != kinds for q in queries])[:, None]
    return np.maximum(full, same_kind * (kind & stated)).astype(np.float32)
