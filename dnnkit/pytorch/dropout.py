"""Dropout as a module, by the probability of keeping."""

import torch
from torch import nn

from dnnkit import _inputs


class InvertedDropout(nn.Module):
    r"""Dropout by the probability of *keeping*, in place of ``nn.Dropout(1 - keep_prob)``; the same idea, written out.

    .. math:: y = m \odot a / q \text{ in training}, \qquad y = a \text{ in evaluation}, \qquad q = \mathrm{keep\_prob}

    Parameters
    ----------
    keep_prob : float
        q in (0, 1].
    generator : torch.Generator, optional
        Source of the masks, on the device of the activations; by default torch's global one, as for ``nn.Dropout``.

    Raises
    ------
    TypeError, ValueError
        If `keep_prob` is not a number in (0, 1].

    References
    ----------
    Srivastava et al. 2014, section 10.

    Examples
    --------
    >>> layer = InvertedDropout(0.5, generator=torch.Generator().manual_seed(0))
    >>> sorted(set(layer(torch.ones(100)).tolist())), layer.eval()(torch.ones(2))
    ([0.0, 2.0], tensor([1., 1.]))
    """

    def __init__(self, keep_prob, *, generator=None):
        super().__init__()
        self.keep_prob, self.generator = _inputs.probability("keep_prob", keep_prob), generator

    def forward(self, a):
        """Activations of any shape, with some dropped and the others scaled up while the module is in training."""
        if not self.training:
            return a
        mask = torch.rand(a.shape, generator=self.generator, device=a.device) < self.keep_prob
        return a * mask / self.keep_prob

    def extra_repr(self):
        """What ``print(model)`` shows of the layer."""
        return f"keep_prob={self.keep_prob:g}"
