// Checks that configurations of several architectures share. Messages name the field and what to do about it.
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';

export type Json = Record<string, unknown>;
export const fault = (what: string): Error => new Error(`config.json: ${what}`);

/** The document with defaults filled in. Throws an Error that names the first field that does not fit. */
export function checked<Schema extends TSchema>(schema: Schema, json: unknown, within = ''): Static<Schema> {
  const config = Value.Default(schema, structuredClone(json));
  const [error] = Value.Errors(schema, config);
  if (error === undefined) return config as Static<Schema>;
  const field = [within, error.instancePath.slice(1)].filter((part) => part !== '').join('/');
  throw fault(`${field || 'the document'} ${error.message}`);
}

/** Throws for the first field whose value is not the only one that is computed here. */
export function refuseOther(config: Json, fixed: Json, name: string): void {
  for (const [field, value] of Object.entries(fixed))
    if (config[field] !== value) throw fault(`${field} must be ${value} for ${name}`);
}

/** Fields of models with experts: how many there are. */
const EXPERTS = ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'];
/** Factors that other families put on embeddings, residuals, scores or logits; 1 is none. */
const FACTORS = [
  ...['attention_multiplier', 'embedding_multiplier', 'residual_multiplier', 'logits_scaling', 'logit_scale'],
  ...['lm_head_multiplier', 'mup_scale'],
];
const CAPS = ['attn_logit_softcapping', 'final_logit_softcapping', 'query_pre_attn_scalar'];

/** Throws where the model computes something that is not computed here, and would be wrong without it. */
export function refuseGated(json: Json): void {
  const { quantization_config: quantized, no_rope_layers: unrotated } = json;
  if (quantized !== undefined && quantized !== null)
    throw fault(
      'quantization_config: quantised weights are not supported. Use the model’s float32 or bfloat16 weights.',
    );
  const experts = EXPERTS.find((field) => typeof json[field] === 'number' && (json[field] as number) > 0);
  if (experts !== undefined)
    throw fault(`${experts}: mixtures of experts are not supported. Use a dense model of the family.`);
  const factor = FACTORS.find((field) => typeof json[field] === 'number' && json[field] !== 1);
  if (factor !== undefined)
    throw fault(`${factor} ${json[factor]} is not supported. Use a model without it, or one where it is 1.`);
  const cap = CAPS.find((field) => typeof json[field] === 'number');
  if (cap !== undefined) throw fault(`${cap} is not supported. Use a model without it.`);
  if (Array.isArray(unrotated) && unrotated.some((rotated) => rotated === 0))
    throw fault('no_rope_layers: layers without positions are not supported. Use a model that rotates in every layer.');
}

/** Throws for heads that do not divide. */
export function refuseUneven(config: Json, field: string, divisor: string): void {
  if ((config[field] as number) % (config[divisor] as number) !== 0)
    throw fault(`${field} must be a multiple of ${divisor}`);
}

/** Throws for an activation that is not among those that a block can have. */
export function refuseActivation(found: string, known: readonly string[]): void {
  if (known.includes(found)) return;
  throw fault(`hidden_act ${JSON.stringify(found.slice(0, 100))} is not supported. Supported: ${known.join(', ')}.`);
}
