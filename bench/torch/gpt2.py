"""What the PyTorch sides of the benches share: GPT-2 in PyTorch's own layout, and how they are told what to do.

A side is started with the path of its specification (JSON) and then reads one command a line, `name integer ...`, and
answers each with one line of JSON. Thread counts come from the environment: who starts us knows which library of this
build does the products.
"""
import json
import math
import os
import struct
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def read_spec():
    with open(sys.argv[1]) as file:
        return json.load(file)


def load_weights(path):
    """Tensors of a safetensors file by name, matrices of the blocks as nn.Linear has them."""
    weights = {}
    with open(path, "rb") as file:
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


def attention(q, k, v, mask=None):
    """q, k, v (rows, heads, columns, size). `mask` is true where a position may look; without one, at itself and back."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
    # before 2.0: as few passes over the scores as there can be
    rows, heads, columns, size = q.shape
    if mask is None:
        mask = torch.ones(columns, columns, dtype=torch.bool).tril()
    hidden = torch.zeros(mask.shape).masked_fill_(~mask, -math.inf)
    if mask.dim() == 4:
        hidden = hidden.expand(rows, heads, columns, k.shape[2]).reshape(rows * heads, columns, -1)
    q, k, v = (x.reshape(rows * heads, -1, size) for x in (q, k, v))
    scores = torch.baddbmm(hidden, q, k.transpose(1, 2), alpha=1 / math.sqrt(size))
    return torch.bmm(F.softmax(scores, -1), v).view(rows, heads, columns, size)


def causal(_, q, k, v):
    return attention(q, k, v)


class GPT2:
    def __init__(self, config, weights):
        self.layers, self.heads, self.width = config["n_layer"], config["n_head"], config["n_embd"]
        self.size = self.width // self.heads
        self.weights = weights

    def norm(self, x, name):
        return F.layer_norm(x, (self.width,), self.weights[name + ".weight"], self.weights[name + ".bias"], 1e-5)

    def linear(self, x, name):
        return F.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def hidden(self, ids, places, attend):
        """(rows, columns, width) before the output layer; `attend(layer, q, k, v)` sees (rows, heads, columns, size)."""
        rows, columns = ids.shape
        x = F.embedding(ids, self.weights["wte.weight"]) + F.embedding(places, self.weights["wpe.weight"])
        for layer in range(self.layers):
            h = "h.%d." % layer
            qkv = self.linear(self.norm(x, h + "ln_1"), h + "attn.c_attn")
            y = attend(layer, *qkv.view(rows, columns, 3, self.heads, self.size).permute(2, 0, 3, 1, 4))
            x = x + self.linear(y.transpose(1, 2).reshape(rows, columns, self.width), h + "attn.c_proj")
            inner = F.gelu(self.linear(self.norm(x, h + "ln_2"), h + "mlp.c_fc"), approximate="tanh")
            x = x + self.linear(inner, h + "mlp.c_proj")
        return self.norm(x, "ln_f")

    def vocabulary(self, hidden):
        return F.linear(hidden, self.weights["wte.weight"])


def serve(commands):
    """Answers commands until the input ends, each with its time and what it returned."""
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        name, *numbers = line.split()
        started, used = time.perf_counter(), time.process_time()
        result = commands[name](*map(int, numbers))
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - used
        print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "result": result}), flush=True)
