"""What training minimizes."""

import torch
import torch.nn.functional as F
from torch import Tensor

from relevance import SAME_KIND

# A photo's own colors tell much of which product it shows: how sharply likeness of histograms is followed, and how much it counts.
LIKENESS_SHARPNESS, LIKENESS_WEIGHT = 40.0, 2.0
HUES, SHADES = 18, 6
NO_LABEL = -100


def contrast(queries: Tensor, products: Tensor, weights: Tensor, scale: Tensor) -> Tensor:
    """InfoNCE both ways; a row's target is its weights as a distribution. Products that answer no query stay wrong answers and ask nothing themselves."""
    logits = scale * queries @ products.T
    forward = soft_cross_entropy(logits, weights)
    asked = weights.amax(0) > SAME_KIND
    return (forward + soft_cross_entropy(logits.T[asked], weights.T[asked])) / 2


def soft_cross_entropy(logits: Tensor, weights: Tensor) -> Tensor:
    target = weights / weights.sum(1, keepdim=True)
    return -(target * F.log_softmax(logits, 1)).sum(1).mean()


def attributes(heads: tuple[Tensor, ...], labels: list[Tensor]) -> Tensor:
    """Cross-entropies of the heads; a label of NO_LABEL is not asked, and a head without any counts nothing."""
    return sum(F.cross_entropy(logits.float(), wanted) for logits, wanted in zip(heads, labels) if (wanted != NO_LABEL).any())


def histograms(pixels: Tensor) -> Tensor:
    """[B, 3, S, S] in [0, 1] -> [B, 18 * 6 * 6]: roots of the shares of hue x saturation x value, so that a dot product is Bhattacharyya's coefficient."""
    value, least = pixels.amax(1), pixels.amin(1)
    spread = (value - least).clamp(min=1e-6)
    red, green, blue = pixels.unbind(1)
    hue = torch.where(value == red, (green - blue) / spread % 6, torch.where(value == green, (blue - red) / spread + 2, (red - green) / spread + 4)) / 6
    saturation = spread / value.clamp(min=1e-6)
    bins = [(part.clamp(0, 0.9999) * count).long() for part, count in ((hue, HUES), (saturation, SHADES), (value, SHADES))]
    place = ((bins[0] * SHADES + bins[1]) * SHADES + bins[2]).flatten(1)
    counts = torch.zeros(len(pixels), HUES * SHADES * SHADES).scatter_add_(1, place, torch.ones(place.shape))
    return (counts / place.shape[1]).sqrt()


def likeness(queries: Tensor, products: Tensor, asked: Tensor, shown: Tensor, scale: Tensor) -> Tensor:
    """Pictures rank one another as their histograms would: what no label says of photos. @param asked, shown histograms of the rows."""
    return soft_cross_entropy(scale * queries @ products.T, (LIKENESS_SHARPNESS * asked @ shown.T).softmax(1))
