// model.safetensors.index.json: which shard holds which tensor. Its rules, and what it must agree with.
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Header } from './header.ts';
import { invalid, quoted } from './invalid.ts';

export const INDEX = 'model.safetensors.index.json';
/** Hugging Face's names of shards; there is no folder in them. */
export const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;
export const MAX_SHARDS = 1000;

const AGAIN = 'Export the checkpoint again, whole.';

const WeightsIndex = Type.Object({
  metadata: Type.Optional(Type.Object({ total_size: Type.Optional(Type.Integer({ minimum: 0 })) })),
  weight_map: Type.Record(Type.String(), Type.String()),
});
export type WeightsIndex = Static<typeof WeightsIndex>;

/** Checks a parsed index by itself. Throws `checkpoint-invalid`. */
export function parseIndex(json: unknown): WeightsIndex {
  if (!Value.Check(WeightsIndex, json)) {
    const [first] = Value.Errors(WeightsIndex, json);
    throw invalid(INDEX, `${first?.instancePath.slice(0, 100) || 'the document'} ${first?.message}`, AGAIN);
  }
  const strange = Object.values(json.weight_map).find((name) => !SHARD.test(name));
  if (strange !== undefined)
    throw invalid(
      INDEX,
      `names the shard ${quoted(strange)}`,
      'Name shards model-00001-of-00002.safetensors and so on.',
    );
  const shards = shardsOf(json);
  if (shards.length === 0) throw invalid(INDEX, 'names no shard', AGAIN);
  if (shards.length > MAX_SHARDS)
    throw invalid(INDEX, `names ${shards.length} shards, more than ${MAX_SHARDS}`, 'Use larger shards.');
  return json;
}

/** Names of the shards, in their order. */
export const shardsOf = (index: WeightsIndex): string[] => [...new Set(Object.values(index.weight_map))].sort();

/** Holds the index against the headers of its shards: each tensor in one of them, and in the one that it names. */
export function matchIndex(index: WeightsIndex, shards: { name: string; header: Header }[]): void {
  const named = new Map(Object.entries(index.weight_map));
  const found = new Map<string, string>();
  let bytes = 0;
  for (const { name: file, header } of shards) {
    for (const tensor of header.tensors) {
      const label = `tensor ${quoted(tensor.name)}`;
      const other = found.get(tensor.name);
      if (other !== undefined) throw invalid(file, `holds ${label}, as ${other} does`, AGAIN);
      const wanted = named.get(tensor.name);
      if (wanted === undefined) throw invalid(file, `holds ${label}, which ${INDEX} does not name`, AGAIN);
      if (wanted !== file) throw invalid(file, `holds ${label}, which ${INDEX} places in ${wanted}`, AGAIN);
      found.set(tensor.name, file);
      bytes += tensor.bytes;
    }
  }
  for (const [tensor, file] of named)
    if (!found.has(tensor)) throw invalid(file, `has no tensor ${quoted(tensor)}, which ${INDEX} places there`, AGAIN);
  const claimed = index.metadata?.total_size;
  if (claimed !== undefined && claimed !== bytes)
    throw invalid(
      INDEX,
      `claims a total_size of ${claimed} where the shards hold ${bytes}`,
      'Correct it, or leave it out.',
    );
}
