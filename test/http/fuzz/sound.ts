// Whether a folder holds a whole checkpoint after all, decided without any of the code that is tested.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const SIZE: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Name and shape of every tensor of a file whose data fill it, all finite; throws for any other. */
function tensorsOf(file: Buffer): [name: string, shape: string][] {
  const start = 8 + file.readUInt32LE(0);
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, Entry>;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  const covered = new Uint8Array(file.byteLength - start);
  for (const [, { dtype, shape, data_offsets }] of entries) {
    const size = SIZE[dtype];
    const [begin, end] = data_offsets;
    if (size === undefined || end - begin !== shape.reduce((a, b) => a * b, size)) throw new Error('sizes');
    if (begin < 0 || end > covered.length) throw new Error('bounds');
    for (let i = begin; i < end; i++) covered[i]!++;
    if (dtype === 'F32')
      for (let i = begin; i < end; i += 4)
        if (!Number.isFinite(file.readFloatLE(start + i))) throw new Error('not finite');
  }
  if (covered.some((times) => times !== 1)) throw new Error('holes or overlaps');
  return entries.map(([name, { shape }]) => [name, String(shape)]);
}

/** Throws when a folder in Hugging Face layout is not that of the model whose tensors and sizes these are. */
export async function assertSound(dir: string, tensors: ReadonlyMap<string, string>, config: Record<string, number>) {
  const names = (await readdir(dir)).filter((name) => /^model(-\d{5}-of-\d{5})?\.safetensors$/.test(name));
  const found: [string, string][] = [];
  for (const name of names) found.push(...tensorsOf(await readFile(join(dir, name))));
  const map = new Map(found);
  if (map.size !== found.length) throw new Error('a tensor twice');
  for (const [name, shape] of tensors) if (map.get(name) !== shape) throw new Error(`${name} is not there`);
  const given = JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as Record<string, unknown>;
  for (const [name, value] of Object.entries(config)) if (given[name] !== value) throw new Error(`${name} differs`);
  const heads = given.n_head as number;
  if (!Number.isInteger(config.n_embd! / heads)) throw new Error('heads do not divide the width');
  const tokenizer = JSON.parse(await readFile(join(dir, 'tokenizer.json'), 'utf8'));
  const ids = Object.values(tokenizer.model.vocab as Record<string, unknown>);
  const added = (tokenizer.added_tokens ?? []).map((token: { id: unknown }) => token.id);
  if (
    ![...ids, ...added].every(
      (id) => Number.isInteger(id) && (id as number) >= 0 && (id as number) < config.vocab_size!,
    )
  )
    throw new Error('ids beyond the vocabulary');
}
