"""The PyTorch side of `npm run bench:generation`: generate.py SPEC. The same GPT-2, weights, prompts and answers.

Eager, in PyTorch's favour: fused attention, linear layers in its own layout, a key-value cache that is allocated once,
vocabulary products only where an answer needs them.
"""
import torch
import torch.nn.functional as F

from gpt2 import GPT2, attention, causal, load_weights, read_spec, serve

SPEC = read_spec()
MODEL = GPT2(SPEC["config"], load_weights(SPEC["weights"]))
BATCH = 64


def generate_batch(prompts, new_tokens):
    """Prompts padded on the left, so that all rows write the same column of the cache."""
    rows, longest = len(prompts), max(map(len, prompts))
    total = longest + new_tokens
    ids = torch.zeros(rows, longest, dtype=torch.long)
    seen = torch.zeros(rows, total, dtype=torch.bool)
    seen[:, longest:] = True
    for r, prompt in enumerate(prompts):
        ids[r, longest - len(prompt):] = torch.tensor(prompt)
        seen[r, longest - len(prompt):] = True
    lengths = torch.tensor([len(prompt) for prompt in prompts])
    cache = torch.empty(MODEL.layers, 2, rows, MODEL.heads, total, MODEL.size)

    def attend_from(start, width, mask):
        def attend(layer, q, k, v):
            cache[layer, 0, :, :, start:start + width] = k
            cache[layer, 1, :, :, start:start + width] = v
            keys, values = cache[layer, 0, :, :, :start + width], cache[layer, 1, :, :, :start + width]
            return attention(q, keys, values, mask)
        return attend

    triangle = torch.ones(longest, longest, dtype=torch.bool).tril()
    # padding sees itself, or its softmax would be over nothing
    mask = (triangle & seen[:, None, None, :longest]) | torch.eye(longest, dtype=torch.bool)
    places = (torch.arange(longest) - (longest - lengths)[:, None]).clamp(min=0)
    hidden = MODEL.hidden(ids, places, attend_from(0, longest, mask))
    answers = [MODEL.vocabulary(hidden[:, -1]).argmax(-1)]
    while len(answers) < new_tokens:
        start = longest + len(answers) - 1
        places = (lengths + len(answers) - 1)[:, None]
        mask = seen[:, None, None, :start + 1]
        hidden = MODEL.hidden(answers[-1][:, None], places, attend_from(start, 1, mask))
        answers.append(MODEL.vocabulary(hidden[:, -1]).argmax(-1))
    return torch.stack(answers, 1).tolist()


def by_length(rows, length):
    order = sorted(range(len(rows)), key=lambda i: length(rows[i]))
    return [order[i:i + BATCH] for i in range(0, len(order), BATCH)]


def generate():
    answers = [None] * len(SPEC["prompts"])
    for group in by_length(SPEC["prompts"], len):
        made = generate_batch([SPEC["prompts"][i] for i in group], SPEC["new_tokens"])
        for i, answer in zip(group, made):
            answers[i] = answer
    return answers


def score():
    """Sum of log p of every answer; moments and hits are computed as ours are."""
    sums = [0.0] * len(SPEC["rows"])
    for group in by_length(SPEC["rows"], lambda row: len(row["ids"])):
        batch = [SPEC["rows"][i] for i in group]
        longest = max(len(row["ids"]) for row in batch)
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        scored = torch.zeros(len(batch), longest - 1, dtype=torch.bool)
        for r, row in enumerate(batch):
            ids[r, :len(row["ids"])] = torch.tensor(row["ids"])
            scored[r, row["prompt_length"] - 1:len(row["ids"]) - 1] = True
        places = torch.arange(longest).expand(len(batch), -1)
        hidden = MODEL.hidden(ids, places, causal)[:, :-1][scored]
        log_p = F.log_softmax(MODEL.vocabulary(hidden), -1)
        labels = ids[:, 1:][scored]
        picked = log_p.gather(1, labels[:, None])[:, 0]
        p = log_p.exp()
        mu = (p * log_p).sum(-1, keepdim=True)
        variance = (p * (log_p - mu).square()).sum(-1)
        hits = log_p.argmax(-1) == labels
        assert len(variance) == len(hits)
        owner = torch.arange(len(batch))[:, None].expand_as(scored)[scored]
        totals = torch.zeros(len(batch)).index_add_(0, owner, picked).tolist()
        for i, total in zip(group, totals):
            sums[i] = total
    return sums


with torch.inference_mode():
    serve({"generate": generate, "score": score})
