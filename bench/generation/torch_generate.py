"""The PyTorch side of `npm run bench:generation`: torch_generate.py SPEC. The same GPT-2, weights, prompts and answers.

Reads one command a line (`generate` or `score`) and answers with one JSON line. Eager, in PyTorch's favour: fused
attention, linear layers in its own layout, a key-value cache that is allocated once, vocabulary products only where an
answer needs them.
"""
import json
import struct
import sys
import time

with open(sys.argv[1]) as file:
    SPEC = json.load(file)

import torch  # noqa: E402  (thread counts of its libraries come from the environment)
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(SPEC["threads"])
CONFIG = SPEC["config"]
LAYERS, HEADS, WIDTH = CONFIG["n_layer"], CONFIG["n_head"], CONFIG["n_embd"]
BATCH = 64


def load_weights():
    weights = {}
    with open(SPEC["weights"], "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            file.seek(8 + length + begin)
            tensor = torch.frombuffer(bytearray(file.read(end - begin)), dtype=torch.float32).view(entry["shape"])
            if ".h." in name and name.endswith(".weight") and tensor.dim() == 2:
                tensor = tensor.t().contiguous()
            weights[name.replace("transformer.", "", 1)] = tensor
    return weights


W = load_weights()


def norm(x, name):
    return F.layer_norm(x, (WIDTH,), W[name + ".weight"], W[name + ".bias"], 1e-5)


def linear(x, name):
    return F.linear(x, W[name + ".weight"], W[name + ".bias"])


def hidden_states(ids, places, attend):
    x = F.embedding(ids, W["wte.weight"]) + F.embedding(places, W["wpe.weight"])
    rows, width = ids.shape
    for layer in range(LAYERS):
        h = "h.%d." % layer
        qkv = linear(norm(x, h + "ln_1"), h + "attn.c_attn").view(rows, width, 3, HEADS, WIDTH // HEADS)
        y = attend(layer, *qkv.permute(2, 0, 3, 1, 4))
        x = x + linear(y.transpose(1, 2).reshape(rows, width, WIDTH), h + "attn.c_proj")
        x = x + linear(F.gelu(linear(norm(x, h + "ln_2"), h + "mlp.c_fc"), approximate="tanh"), h + "mlp.c_proj")
    return norm(x, "ln_f")


def vocabulary(hidden):
    return F.linear(hidden, W["wte.weight"])


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
    cache = torch.empty(LAYERS, 2, rows, HEADS, total, WIDTH // HEADS)

    def attend_from(start, width, mask):
        def attend(layer, q, k, v):
            cache[layer, 0, :, :, start:start + width] = k
            cache[layer, 1, :, :, start:start + width] = v
            keys, values = cache[layer, 0, :, :, :start + width], cache[layer, 1, :, :, :start + width]
            return F.scaled_dot_product_attention(q, keys, values, attn_mask=mask)
        return attend

    causal = torch.ones(longest, longest, dtype=torch.bool).tril()
    # padding sees itself, or its softmax would be over nothing
    mask = (causal & seen[:, None, None, :longest]) | torch.eye(longest, dtype=torch.bool)
    places = (torch.arange(longest) - (longest - lengths)[:, None]).clamp(min=0)
    hidden = hidden_states(ids, places, attend_from(0, longest, mask))
    answers = [vocabulary(hidden[:, -1]).argmax(-1)]
    while len(answers) < new_tokens:
        start = longest + len(answers) - 1
        places = (lengths + len(answers) - 1)[:, None]
        mask = seen[:, None, None, :start + 1]
        hidden = hidden_states(answers[-1][:, None], places, attend_from(start, 1, mask))
        answers.append(vocabulary(hidden[:, -1]).argmax(-1))
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


def causal_attention(_, q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


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
        hidden = hidden_states(ids, places, causal_attention)[:, :-1][scored]
        log_p = F.log_softmax(vocabulary(hidden), -1)
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


print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    work = {"generate": generate, "score": score}[line.strip()]
    with torch.inference_mode():
        started, used = time.perf_counter(), time.process_time()
        result = work()
        turn = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - used, "result": result}
    print(json.dumps(turn), flush=True)
