"""Explain, in words, why a network with batch norm gives every image the same answer."""

points = 4
hints = (
    "What does batch norm compute in training mode for a batch of one: what is x minus its mean?",
    "Which statistics should an answer depend on after training, and which argument makes sure of it?",
    "A network in evaluation mode gives an image the same answer in any company: that can be tested. And if training "
    "itself has only one image in memory, evaluation mode is no remedy.",
)
rubric = (
    (1, "Names the cause: the network was left in training mode, where batch norm normalizes by the batch at hand, and "
        "not by the running statistics (`train=True`, in PyTorch a missing `model.eval()`)."),
    (1, "Explains both observations: a batch of one minus its own mean is 0 in every feature, so only beta is left, "
        "whatever the image; batches of 200 mixed images have nearly the statistics of the training data."),
    (1, "Gives a remedy and a test of it: evaluation mode in the service, and a check that an image gets the same "
        "answer alone and in any batch."),
    (1, "Says of training with one image a step that batch norm cannot do it: evaluation mode is no way out there; use "
        "layer norm, RMSNorm or group norm, or keep pretrained statistics frozen, and compare on dev."),
)  # fmt: skip
anchors = (
    (
        4,
        "The service runs with train=True, so batch norm still normalizes by the batch at hand. For a batch of one "
        "the mean is the image itself: x minus mean is 0 in every feature, beta alone comes out, and every image gets "
        "the same answer. On dev, 200 mixed images have nearly the mean and variance of the training data, so the "
        "mistake hardly shows. Remedy: evaluation mode, which uses the running statistics. Test: an image alone and "
        "in different batches must get equal outputs. Training with one image a step fails for the same reason, the "
        "variance of one is no estimate: use layer norm or group norm, or freeze the pretrained statistics, and "
        "choose on dev.",
    ),
    (
        2,
        "Batch norm is in the wrong mode. It uses the statistics of the batch, and with one image there is nothing to "
        "average over, so the output is always beta. In evaluation mode it would use the running averages from "
        "training. For training with one image one should just take a smaller momentum, so that the averages are "
        "less noisy.",
    ),
)
mistakes = (
    "Blames too few training images, or overfitting: the same network is right on the same images in batches of 200.",
    "Proposes to collect 200 requests before answering: then an answer still depends on which others are waiting.",
    "Takes accumulated gradients for a remedy in training with one image a step: batch norm's statistics still come "
    "from one image.",
)
words = 120
