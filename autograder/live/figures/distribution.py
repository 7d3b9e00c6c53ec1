"""What pictures of the right kind are worth in training, alone and together with many of another kind."""

import numpy as np

from autograder.live.figures import Figure, Slider, mean_and_standard_error
from dnnkit import augmentation, data, mlp
from dnnkit.hyperparameters import Hyperparameters
from dnnkit.plot import Picture
from dnnkit.plot.marks import Bars, Curve
from dnnkit.plot.panel import Panel

SCANS, EPOCH = 800, 1600
ADDED = (20, 80, 140, 200)
WAYS = ("phone alone", "all together", "half and half")
RATES, SEEDS, EPOCHS = (0.1, 0.3, 1.0, 3.0), range(5), 12
FEW = (0.03, 0.1, 0.3, 1.0)  # for the fewest pictures alone


def dev_errors():
    """Return, by way of training, the dev errors in percent, of shape (pictures added, seeds)."""
    from dnnkit.claim import tuned  # here, since a browser, which never measures, cannot fork the runs

    arms = [f"{way}, {n}" for way in WAYS for n in ADDED]
    rates = dict.fromkeys(arms, RATES) | {f"phone alone, {ADDED[0]}": FEW}
    compared = tuned(_trained, rates, seeds=SEEDS, budget=EPOCHS)
    return {way: [(100 * compared[f"{way}, {n}"]["dev_errors"]).tolist() for n in ADDED] for way in WAYS}


def _trained(arm, rate, seed):
    """Train as the chapter does."""
    way, n = arm.split(", ")
    rng = np.random.default_rng(seed)
    images, labels = data.digits()
    order = rng.permutation(len(labels))
    images, labels = images[order], labels[order]
    images[1000:] = augmentation.rotate(images[1000:], rng.uniform(15, 35, len(images) - 1000))
    x, dev = images.reshape(len(images), -1), slice(1200, 1400)
    part = np.random.default_rng([seed, 4]).permutation(_positions(way, int(n)))
    part = np.resize(part, EPOCH)
    start = mlp.init((64, 32, 10), scheme="he", rng=np.random.default_rng([seed, 1]))
    settings = Hyperparameters(learning_rate=rate, epochs=EPOCHS, batch_size=50)
    rng = np.random.default_rng([seed, 2])
    sets = (x[part], labels[part], x[dev], labels[dev])
    return mlp.train(start, sets, settings, rng=rng, evaluate_every=EPOCHS // 4, on_divergence="record")


def _positions(way, n):
    scans, phone = np.arange(SCANS), 1000 + np.arange(n)
    if way == "phone alone":
        return phone
    return np.concatenate([scans, phone if way == "all together" else np.resize(phone, SCANS)])


@Figure(
    added=Slider(20, 200, 60, 20, "Phone pictures"),
    measure=dev_errors,
    alt="First, what an epoch of 1600 images consists of in three ways of training, as bars: phone pictures alone; all "
    "together, where the scans prevail; and half and half. Second, the dev error of the three on phone pictures "
    "against the number of phone pictures: with few of them half and half is lowest, with 200 the three come close.",
)
def figure(added):
    n = int(added)
    place = ADDED.index(n)
    shares = [EPOCH, EPOCH * n / (SCANS + n), EPOCH / 2]
    bars = Panel(
        [Bars(np.arange(4) + 0.5, np.array(shares))],
        xlabel="1 alone, 2 all together, 3 half and half",
        ylabel="phone pictures in an epoch",
        title=f"{n} phone pictures, {SCANS} scans",
        ylim=(0, EPOCH),
    )
    marks = []
    for colour, way in enumerate(WAYS, 2):
        means, spreads = mean_and_standard_error(figure.measured[way])
        marks.append(Curve(np.array(ADDED, float), means, name=way, colour=colour, dash=colour, dots=True))
        here = np.array([[n], [means[place]], [means[place] - spreads[place]], [means[place] + spreads[place]]])
        marks.append(Curve(*here, colour=colour, dash=colour, dots=True))
    curve = Panel(marks, xlabel="phone pictures to train on", ylabel="dev error on phone pictures (%)", ylim=(0, 40))
    return Picture([bars, curve], columns=2, alt=figure.alt)
