// adapter_config.json as PEFT writes it: what an adapter needs of it, and what may stand there without changing a result.
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { invalid } from './invalid.ts';
import { readJson } from './json-file.ts';

export const ADAPTER_CONFIG = 'adapter_config.json';

const AdapterConfig = Type.Object({
  peft_type: Type.Literal('LORA'),
  r: Type.Integer({ minimum: 1 }),
  lora_alpha: Type.Number({ exclusiveMinimum: 0 }),
  target_modules: Type.Union([Type.Array(Type.String(), { minItems: 1 }), Type.Literal('all-linear')]),
  /** Counts alpha / sqrt(r) times instead of alpha / r. */
  use_rslora: Type.Optional(Type.Boolean()),
});
export type AdapterConfig = Static<typeof AdapterConfig>;

/** About where the adapter comes from, how it was trained, or of no effect by themselves. */
const OF_NO_EFFECT = new Set([
  ...Object.keys(AdapterConfig.properties),
  ...['auto_mapping', 'base_model_name_or_path', 'revision', 'task_type', 'inference_mode', 'peft_version'],
  ...['fan_in_fan_out', 'lora_dropout', 'megatron_config', 'megatron_core', 'qalora_group_size', 'layers_pattern'],
  ...['runtime_config', 'ensure_weight_tying'],
]);
/** Other than empty, and still of no effect. Other ways to start change the base as well. */
const HARMLESS: Record<string, unknown[]> = {
  bias: ['none'],
  init_lora_weights: [true, 'gaussian', 'orthogonal'],
};

const isEmpty = (value: unknown): boolean =>
  value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0);

/** Throws `checkpoint-invalid` for a member that is wrong, and for any that asks for more than x A B. */
export async function readAdapterConfig(dir: string): Promise<AdapterConfig> {
  const json = await readJson(dir, ADAPTER_CONFIG);
  if (json === undefined)
    throw invalid(ADAPTER_CONFIG, 'is missing', 'Name the folder that PEFT saved the adapter to.');
  if (!Value.Check(AdapterConfig, json)) {
    const [first] = Value.Errors(AdapterConfig, json);
    const what = `${first?.instancePath.slice(1) || 'the document'} ${first?.message}`;
    throw invalid(ADAPTER_CONFIG, what, 'It must describe a LoRA adapter; list its target_modules by name.');
  }
  for (const [name, value] of Object.entries(json)) {
    if (OF_NO_EFFECT.has(name) || isEmpty(value) || HARMLESS[name]?.includes(value)) continue;
    throw invalid(
      ADAPTER_CONFIG,
      `asks for ${JSON.stringify(name.slice(0, 100))}, which is not supported`,
      'Merge this adapter with PEFT itself (merge_and_unload) and use the checkpoint that it gives.',
    );
  }
  return json;
}

/** Members that every version of PEFT understands; what is left out has PEFT's default. */
export const adapterConfig = (given: {
  rank: number;
  alpha: number;
  modules: string[];
  outFirst: boolean;
}): Record<string, unknown> => ({
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  base_model_name_or_path: null,
  r: given.rank,
  lora_alpha: given.alpha,
  target_modules: given.modules,
  fan_in_fan_out: !given.outFirst,
  bias: 'none',
  inference_mode: true,
});
