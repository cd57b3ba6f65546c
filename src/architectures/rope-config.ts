// Rotary positions as config.json has them: `rope_parameters`, or `rope_theta` and `rope_scaling` of older files.
import Type, { type Static } from 'typebox';
import { checked } from './config.ts';
import type { Rope } from './rope.ts';

const Over0 = Type.Number({ exclusiveMinimum: 0 });
const Factor = Type.Number({ minimum: 1 });
const optional = <T extends typeof Over0 | ReturnType<typeof Type.Integer>>(type: T) =>
  Type.Optional(Type.Union([type, Type.Null()]));
const Original = optional(Type.Integer({ minimum: 1 }));

const Llama3 = Type.Object({
  factor: Factor,
  low_freq_factor: Over0,
  high_freq_factor: Over0,
  original_max_position_embeddings: Original,
});
const Yarn = Type.Object({
  factor: Type.Union([Factor, Type.Null()], { default: null }),
  original_max_position_embeddings: Original,
  attention_factor: optional(Over0),
  beta_fast: optional(Over0),
  beta_slow: optional(Over0),
  mscale: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  mscale_all_dim: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  truncate: Type.Boolean({ default: true }),
});

interface Base {
  /** Radians a position, one a pair, unscaled. */
  frequencies: number[];
  theta: number;
  /** Numbers of a head that turn. */
  rotated: number;
  context: number;
  /** Where the scaling goes by a name of its own in the document. */
  where: string;
  scaling: Record<string, unknown>;
}

/** The base, 1 / theta^(2 i / rotated), in float32 as PyTorch computes it. */
const plain = (theta: number, rotated: number): number[] =>
  Array.from({ length: rotated / 2 }, (_, i) => Math.fround(1 / Math.fround(theta ** Math.fround((2 * i) / rotated))));

const unscaled = ({ frequencies }: Base): Rope => ({ frequencies, scale: 1 });

function linear({ frequencies, scaling, where }: Base): Rope {
  const { factor } = checked(Type.Object({ factor: Factor }), scaling, where);
  return { frequencies: frequencies.map((frequency) => Math.fround(frequency / factor)), scale: 1 };
}

/** Scales beyond the original context alone, where this model is never used: `max_position_embeddings` ends it. */
function dynamic(base: Base): Rope {
  checked(Type.Object({ factor: Factor }), base.scaling, base.where);
  return unscaled(base);
}

/** Long waves are stretched, short ones kept, those between blended. The Llama 3 Herd of Models, arXiv 2407.21783. */
function llama3({ frequencies, context, scaling, where }: Base): Rope {
  const { factor, low_freq_factor: low, high_freq_factor: high, ...rest } = checked(Llama3, scaling, where);
  const original = rest.original_max_position_embeddings ?? context;
  const scaled = frequencies.map((frequency) => {
    const wave = (2 * Math.PI) / frequency;
    if (wave < original / high) return frequency;
    if (wave > original / low) return Math.fround(frequency / factor);
    const kept = (original / wave - low) / (high - low);
    return Math.fround(((1 - kept) * frequency) / factor + kept * frequency);
  });
  return { frequencies: scaled, scale: 1 };
}

/** 0.1 m ln(factor) + 1: what attention is sharpened by. */
const sharpened = (factor: number, m = 1): number => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);

function attentionFactor(yarn: Static<typeof Yarn>, factor: number): number {
  const { attention_factor: given, mscale, mscale_all_dim: all } = yarn;
  if (given !== undefined && given !== null) return given;
  return mscale && all ? sharpened(factor, mscale) / sharpened(factor, all) : sharpened(factor);
}

/** Pairs that turn often within the original context are kept, slow ones stretched. YaRN, arXiv 2309.00071. */
function yarn({ frequencies, theta, rotated, context, scaling, where }: Base): Rope {
  const given = checked(Yarn, scaling, where);
  const original = given.original_max_position_embeddings ?? context;
  const factor = given.factor ?? context / original;
  /** The pair that turns so often, as a number with a fraction. */
  const pairOf = (turns: number) => (rotated * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [first, last] = [pairOf(given.beta_fast || 32), pairOf(given.beta_slow || 1)];
  const low = Math.max(given.truncate ? Math.floor(first) : first, 0);
  const high = Math.min(given.truncate ? Math.ceil(last) : last, rotated - 1);
  const width = low === high ? 0.001 : high - low;
  const scaled = frequencies.map((frequency, i) => {
    const stretched = Math.min(1, Math.max(0, (i - low) / width));
    return Math.fround((frequency / factor) * stretched + frequency * (1 - stretched));
  });
  return { frequencies: scaled, scale: Math.fround(attentionFactor(given, factor)) };
}

const VARIANTS: Readonly<Record<string, (base: Base) => Rope>> = Object.freeze({
  ...{ default: unscaled, linear, dynamic, llama3, yarn },
});
export const ROPE_TYPES = Object.keys(VARIANTS);

/** Fields of config.json beside the parameters, where a family has names of its own. */
interface Names {
  theta: string;
  /** Null: heads turn whole, and nothing else is computed. */
  partial: string | null;
  /** Share of a head that turns, where nothing says so. */
  share: number;
}
const USUAL_PARTIAL = 'partial_rotary_factor';
const USUAL: Names = { theta: 'rope_theta', partial: null, share: 1 };

const Parameters = Type.Object({
  rope_type: Type.Optional(Type.String()),
  type: Type.Optional(Type.String()),
  rope_theta: optional(Over0),
  partial_rotary_factor: optional(Over0),
});
const SCALED_BY_ORIGINAL = ['llama3', 'yarn'];

/** An empty one counts as none, as in the library. */
const isNone = (given: unknown): boolean =>
  given === undefined || given === null || (typeof given === 'object' && Object.keys(given).length === 0);

/** How many of a head’s `size` numbers turn. */
function rotatedOf(size: number, share: number, name: string | null): number {
  const field = `config.json: ${name ?? USUAL_PARTIAL} ${share}`;
  if (name === null && share !== 1)
    throw new Error(`${field} is not supported: heads of this model turn whole. Use one that has no such field.`);
  const rotated = Math.trunc(size * share);
  if (rotated >= 2 && rotated % 2 === 0 && rotated <= size) return rotated;
  if (name === null)
    throw new Error(`config.json: heads of ${size} numbers: positions turn pairs. Take an even width.`);
  const what = `${field} of a head of ${size} is ${rotated}`;
  throw new Error(`${what}: positions turn an even number of a head’s numbers. Correct it.`);
}

/** How positions turn a head of `size` numbers. Throws an Error that names the field and the remedy. */
export function parseRope(json: Record<string, unknown>, size: number, context: number, names = USUAL): Rope {
  const where = isNone(json.rope_scaling) ? 'rope_parameters' : 'rope_scaling';
  const given = json[where] ?? {};
  const own = checked(Parameters, given, where);
  const type = own.rope_type ?? own.type ?? 'default';
  const variant = Object.hasOwn(VARIANTS, type) ? VARIANTS[type] : undefined;
  if (variant === undefined) {
    const found = JSON.stringify(type.slice(0, 100));
    throw new Error(
      `config.json: ${where}: the rope_type ${found} is not supported. Supported: ${ROPE_TYPES.join(', ')}.`,
    );
  }
  if (Object.values(given).some((value) => value !== null && typeof value === 'object'))
    throw new Error(`config.json: ${where}: parameters of single layers are not supported. Give one set for all.`);
  const partial = names.partial ?? USUAL_PARTIAL;
  const beside = checked(Type.Object({ [names.theta]: optional(Over0), [partial]: optional(Over0) }), json);
  const theta = own.rope_theta ?? beside[names.theta] ?? 10_000;
  const rotated = rotatedOf(size, own.partial_rotary_factor ?? beside[partial] ?? names.share, names.partial);
  // families that keep it outside mean it
  const original = SCALED_BY_ORIGINAL.includes(type) ? json.original_max_position_embeddings : undefined;
  const scaling = { ...given, ...(original ? { original_max_position_embeddings: original } : {}) };
  return variant({ frequencies: plain(theta, rotated), theta, rotated, context, where, scaling });
}
