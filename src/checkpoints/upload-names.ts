// Which files may be uploaded for a checkpoint, and how large each may be.
import { checkpointLimit } from './folder-limits.ts';
import { MAX_MODEL_JSON_BYTES, MODEL_JSON } from './layers-model/files.ts';

const MEBIBYTE = 1 << 20;
/** Weights of a LayersModel of TensorFlow.js, as its converter and `model.save` name the files. */
const LAYERS_SHARD = /^(group\d{1,4}-shard\d{1,4}of\d{1,4}|shard-\d{1,3}|weights|model\.weights)\.bin$/;

/** Largest size of a file of this name; undefined for a name that no checkpoint has. */
export function uploadLimit(name: string): number | undefined {
  if (name === MODEL_JSON) return MAX_MODEL_JSON_BYTES;
  return LAYERS_SHARD.test(name) ? 4096 * MEBIBYTE : checkpointLimit(name);
}

/** The names in words, for a refusal. */
export const UPLOAD_NAMES =
  'config.json, model.safetensors or its shards with their index, tokenizer.json and its companions, generation_config.json, recipe.json, updates.json with updates.f32, README.md; of a TensorFlow.js model model.json and its shards; of a model trained in shards sisa.json, sisa-placement.json and shard-N-slice-N.sisa';
