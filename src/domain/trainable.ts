// What of a model trains: all of it, weights picked by name, adapters, or both of these.
import Type, { type Static } from 'typebox';

/** No expression: it is matched in linear time, whatever a client sends. */
const NamePattern = Type.String({ pattern: '^[A-Za-z0-9_.*-]{1,200}$' });
const ModuleName = Type.String({ pattern: '^[A-Za-z0-9_.-]{1,200}$' });

export const trainableOptions = {
  trainable: Type.Array(NamePattern, {
    maxItems: 100,
    default: [],
    description:
      'Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those',
  }),
  lora_rank: Type.Integer({
    minimum: 0,
    maximum: 1024,
    default: 0,
    description: 'Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters',
  }),
  lora_alpha: Type.Number({
    exclusiveMinimum: 0,
    maximum: 4096,
    default: 16,
    description: 'What adapters add counts lora_alpha / lora_rank times',
  }),
  lora_targets: Type.Array(ModuleName, {
    maxItems: 100,
    default: [],
    description:
      'Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection',
  }),
};
export const TrainableOptions = Type.Object(trainableOptions, { additionalProperties: false });
export type TrainableOptions = Static<typeof TrainableOptions>;

export { TRAIN_ALL } from './train-all.ts';
