// A checkpoint of some size, in shards of one matrix each.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../src/domain/architecture.ts';
import { raw, writeShards } from './raw.ts';
import { CONFIG, architectures as tiny, tokenizer } from './tiny.ts';

export const SHARDS = 8;
const SHAPE = [2048, 2048];
/** Of one shard, in bfloat16. */
export const SHARD_BYTES = 2048 * 2048 * 2;

const names = Array.from({ length: SHARDS }, (_, i) => `h.${i}.weight`);
const large: Architecture = {
  ...tiny.tiny!,
  shapes: () => Object.fromEntries(names.map((name) => [name, SHAPE])),
};
export const architectures = { tiny: large };

export async function saveLarge(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'config.json'), JSON.stringify(CONFIG));
  await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(tokenizer.tokenizerJson));
  await writeFile(join(dir, 'tokenizer_config.json'), JSON.stringify(tokenizer.tokenizerConfig));
  // 1.0 throughout
  const bytes = Buffer.alloc(SHARD_BYTES, Buffer.from([0x80, 0x3f]));
  await writeShards(
    dir,
    names.map((name) => [raw(name, 'BF16', SHAPE, bytes)]),
  );
}
