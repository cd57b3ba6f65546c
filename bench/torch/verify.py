"""The PyTorch side of `npm run bench:verify`: verify.py SPEC. The same GPT-2, weights, rows and batches, and every number
that the verifier takes from one pass over a row.

Eager, in PyTorch's favour: fused attention, linear layers in its own layout, vocabulary products only where an answer
needs them, and metrics of a batch as a whole, never row by row.
"""
import torch
import torch.nn.functional as F

from gpt2 import GPT2, causal, load_weights, read_spec, serve

SPEC = read_spec()
MODEL = GPT2(SPEC["config"], load_weights(SPEC["weights"]))
ROWS = SPEC["rows"]
MIN_K = 0.4
VARIANCE_FLOOR = 1e-6


def batches():
    order = sorted(range(len(ROWS)), key=lambda i: len(ROWS[i]["ids"]))
    return [order[i:i + SPEC["batch"]] for i in range(0, len(order), SPEC["batch"])]


def tokens_of(group):
    """log p of the answer's tokens and of the likeliest, mean and variance of log p, and hits; (rows, tokens), and which are there."""
    batch = [ROWS[i] for i in group]
    longest = max(len(row["ids"]) for row in batch)
    most = max(len(row["ids"]) - row["prompt_length"] for row in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    scored = torch.zeros(len(batch), longest - 1, dtype=torch.bool)
    there = torch.zeros(len(batch), most, dtype=torch.bool)
    for r, row in enumerate(batch):
        ids[r, :len(row["ids"])] = torch.tensor(row["ids"])
        scored[r, row["prompt_length"] - 1:len(row["ids"]) - 1] = True
        there[r, :len(row["ids"]) - row["prompt_length"]] = True
    places = torch.arange(longest).expand(len(batch), -1)
    hidden = MODEL.hidden(ids, places, causal)[:, :-1][scored]
    log_p = F.log_softmax(MODEL.vocabulary(hidden), -1)
    labels = ids[:, 1:][scored]
    top, likeliest = log_p.max(-1)
    p = log_p.exp()
    mu = (p * log_p).sum(-1)
    variance = (p * (log_p - mu[:, None]).square()).sum(-1)
    flat = [log_p.gather(1, labels[:, None])[:, 0], top, mu, variance, (likeliest == labels).float()]
    return [torch.zeros(there.shape).masked_scatter_(there, one) for one in flat], there


def lowest_mean(values, there):
    """Mean of the lowest share of each row's values, one at least."""
    lowest = values.masked_fill(~there, float("inf")).sort(-1).values
    count = (MIN_K * there.sum(-1)).floor().clamp(min=1)
    wanted = torch.arange(values.shape[1])[None] < count[:, None]
    return lowest.masked_fill(~wanted, 0).sum(-1) / count


def metrics_of(group):
    """Probability, exact memorization, extraction strength, calibration sums, loss, Min-K % and Min-K%++ of each row."""
    (log_p, top, mu, variance, hit), there = tokens_of(group)
    count = there.sum(-1)
    body = there & (torch.arange(there.shape[1])[None] < (count - 1).clamp(min=1)[:, None])
    tokens = body.sum(-1)
    loss = -log_p.sum(-1) / count
    wrong = body & (hit == 0)
    places = torch.arange(1, there.shape[1] + 1)[None]
    prefix = (places * wrong).amax(-1)
    sure = (top.exp() * body).sum(-1)
    return torch.stack([
        (-loss).exp(),
        (hit * body).sum(-1) / tokens,
        1 - prefix / tokens,
        sure,
        loss,
        -lowest_mean(log_p, body),
        -lowest_mean((log_p - mu) / variance.clamp(min=VARIANCE_FLOOR).sqrt(), body),
    ], 1)


def score():
    found = torch.zeros(len(ROWS), 7)
    for group in batches():
        found[group] = metrics_of(group)
    return found.tolist()


def log_probs():
    """Of every answer token, row by row; not timed."""
    found = [None] * len(ROWS)
    for group in batches():
        (log_p, *_), there = tokens_of(group)
        for i, row, mask in zip(group, log_p, there):
            found[i] = row[mask].tolist()
    return found


with torch.inference_mode():
    serve({"score": score, "log_probs": log_probs})
