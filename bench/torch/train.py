"""The PyTorch side of `npm run bench:engine`: train.py SPEC. The same GPT-2, weights, batches and optimizer.

Eager, in PyTorch's favour: fused attention, linear layers in its own layout, the fused optimizer where the build has one
for the CPU, and no product with the vocabulary where nothing is predicted.
"""
import resource
import time

import torch
import torch.nn.functional as F

from gpt2 import GPT2, causal, load_weights, read_spec, serve

SPEC = read_spec()
OPTIONS = SPEC["optimizer"]
BATCHES = [torch.tensor(batch) for batch in SPEC["batches"]]
MODEL = GPT2(SPEC["config"], load_weights(SPEC["weights"]))
PARAMETERS = list(MODEL.weights.values())
for parameter in PARAMETERS:
    parameter.requires_grad_()


def make_optimizer():
    """AdamW; only matrices are decayed. The first of PyTorch's ways, from fast to slow, that this build has."""
    groups = [
        {"params": [p for p in PARAMETERS if p.dim() >= 2], "weight_decay": OPTIONS["weight_decay"]},
        {"params": [p for p in PARAMETERS if p.dim() < 2], "weight_decay": 0},
    ]
    options = {"lr": SPEC["learning_rate"], "betas": (OPTIONS["beta1"], OPTIONS["beta2"]), "eps": 1e-8}
    try:
        return torch.optim.AdamW(groups, fused=True, **options)
    except (RuntimeError, TypeError):
        return torch.optim.AdamW(groups, **options)


OPTIMIZER = make_optimizer()
taken = 0


def loss_of(ids):
    places = torch.arange(ids.shape[1])[None]
    hidden = MODEL.hidden(ids, places, causal)[:, :-1]
    return F.cross_entropy(MODEL.vocabulary(hidden.reshape(-1, MODEL.width)), ids[:, 1:].reshape(-1))


def train(steps):
    """Losses before each of the next steps."""
    global taken
    losses = []
    for _ in range(steps):
        loss = loss_of(BATCHES[taken % len(BATCHES)])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(PARAMETERS, OPTIONS["clip_norm"])
        OPTIMIZER.step()
        OPTIMIZER.zero_grad(set_to_none=True)  # here, so that no gradients lie about during the forward pass
        losses.append(loss.item())
        taken += 1
    return {"losses": losses}


@torch.inference_mode()
def forward(times):
    return {"losses": [loss_of(BATCHES[i % len(BATCHES)]).item() for i in range(times)]}


@torch.inference_mode()
def product(rows, inner, columns, times):
    """Seconds of the fastest product (rows, inner) x (inner, columns)."""
    x, weight, best = torch.randn(rows, inner), torch.randn(columns, inner), float("inf")
    for _ in range(times):
        started = time.perf_counter()
        F.linear(x, weight)
        best = min(best, time.perf_counter() - started)
    return best


def memory():
    """Bytes that the process held at most. `ru_maxrss` outlives exec: it would count who started us."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


serve({"train": train, "forward": forward, "product": product, "memory": memory})
