// config.json of the Llama family: what its members share, and where they differ.
import Type from 'typebox';
import { checked, refuseActivation, refuseGated, refuseUneven } from './config.ts';
import type { Rope } from './rope.ts';
import { parseRope } from './rope-config.ts';
import type { Windows } from './windows.ts';

/** What sets a member of the family apart. */
export interface Member {
  /** `model_type` of config.json. */
  name: string;
  summary: string;
  /** Besides what all members have. */
  variants: string[];
  /** Class of the library that has it. */
  library: string;
  /** Biases of q, k and v; and of o; `config`: as `attention_bias` says, which is false by default. */
  attentionBias: 'config' | 'qkv' | 'none';
  /** Whether `mlp_bias` is a field of it. */
  mlpBias: boolean;
  /** q and k are normalised, each head by itself. */
  headNorms: boolean;
  /** Width of a head where config.json does not say; absent: hidden_size / num_attention_heads. */
  headSize?: number;
  /** Default of `num_key_value_heads`; absent: as many as there are heads. */
  keyHeads?: number;
  context: number;
  /** Of each of its layers; one as wide as the context hides nothing. */
  windows(json: Record<string, unknown>, layers: number): Windows;
}

const nullable = (maximum: number) =>
  Type.Union([Type.Integer({ minimum: 1, maximum }), Type.Null()], { default: null });
const Config = Type.Object({
  vocab_size: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  hidden_size: Type.Integer({ minimum: 1, maximum: 65_536 }),
  intermediate_size: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  num_hidden_layers: Type.Integer({ minimum: 1, maximum: 1_000 }),
  num_attention_heads: Type.Integer({ minimum: 1, maximum: 1_024 }),
  num_key_value_heads: nullable(1_024),
  head_dim: nullable(65_536),
  max_position_embeddings: Type.Optional(Type.Integer({ minimum: 2, maximum: 100_000_000 })),
  rms_norm_eps: Type.Number({ exclusiveMinimum: 0, default: 1e-6 }),
  hidden_act: Type.String({ default: 'silu' }),
  initializer_range: Type.Number({ exclusiveMinimum: 0, default: 0.02 }),
  tie_word_embeddings: Type.Boolean({ default: false }),
  attention_bias: Type.Boolean({ default: false }),
  mlp_bias: Type.Boolean({ default: false }),
});

export interface LlamaConfig {
  vocabulary: number;
  context: number;
  width: number;
  inner: number;
  layers: number;
  heads: number;
  /** Heads of keys and values: `heads` is a multiple. */
  keyHeads: number;
  /** Width of a head: `heads` of them may be wider than the model. */
  size: number;
  epsilon: number;
  deviation: number;
  tied: boolean;
  rope: Rope;
  /** Projections with a bias, by the last part of their names. */
  biased: string[];
  headNorms: boolean;
  /** Of each layer; null: it sees the whole context. */
  windows: Windows;
}

const QKV = ['q_proj', 'k_proj', 'v_proj'];
const FEED_FORWARD = ['gate_proj', 'up_proj', 'down_proj'];

/** Checks a parsed config.json. Throws an Error that names the field and the remedy. */
export function parseLlama(member: Member, json: unknown): LlamaConfig {
  const config = checked(Type.Intersect([Type.Object({ model_type: Type.Literal(member.name) }), Config]), json);
  const all = json as Record<string, unknown>;
  refuseGated(all);
  refuseActivation(config.hidden_act, ['silu', 'swish']);
  const keyHeads = config.num_key_value_heads ?? member.keyHeads ?? config.num_attention_heads;
  refuseUneven({ ...config, num_key_value_heads: keyHeads }, 'num_attention_heads', 'num_key_value_heads');
  const own = config.head_dim ?? member.headSize;
  if (own === undefined) refuseUneven(config, 'hidden_size', 'num_attention_heads');
  const size = own ?? config.hidden_size / config.num_attention_heads;
  const context = config.max_position_embeddings ?? member.context;
  const windows = member.windows(all, config.num_hidden_layers);
  const everywhere = member.attentionBias === 'config' && config.attention_bias;
  return {
    ...{ vocabulary: config.vocab_size, context, width: config.hidden_size, inner: config.intermediate_size },
    ...{ layers: config.num_hidden_layers, heads: config.num_attention_heads, keyHeads, size },
    ...{ epsilon: config.rms_norm_eps, deviation: config.initializer_range, tied: config.tie_word_embeddings },
    rope: parseRope(all, size, context),
    biased: [
      ...(everywhere || member.attentionBias === 'qkv' ? QKV : []),
      ...(everywhere ? ['o_proj'] : []),
      ...(member.mlpBias && config.mlp_bias ? FEED_FORWARD : []),
    ],
    headNorms: member.headNorms,
    windows: windows.map((window) => (window !== null && window < context ? window : null)),
  };
}
