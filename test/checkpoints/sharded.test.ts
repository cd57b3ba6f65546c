// Checkpoints in shards: read, written back as they were, and refused when index and shards do not agree.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspectFolder } from '../../src/checkpoints/inspect.ts';
import { loadCheckpoint, readLayout, saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { readHeader } from '../../src/checkpoints/safetensors.ts';
import { float32, type HostTensors } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { type IndexJson, raw, rawFile, rawWeight, shardName, writeShards } from './raw.ts';
import { temporaryFolder } from './temporary.ts';
import { architectures, CONFIG, weights as ones, RECIPE, saveTiny } from './tiny.ts';

const INDEX = 'model.safetensors.index.json';
const [ONE, TWO, THREE] = [1, 2, 3].map((n) => shardName(n, 3)) as [string, string, string];
const MASK = raw('mask', 'U8', [1, 1, 3], [1, 2, 3]);

function weights(): HostTensors {
  const random = createRandom(5);
  // numbers that a bfloat16 holds
  const number = () => Math.round(random.normal() * 64) / 64;
  return Object.fromEntries(
    Object.entries(ones()).map(([name, { shape, data }]) => [name, float32(data.map(number) as Float32Array, shape)]),
  );
}

/** Two weights and a buffer in three shards, of three types. */
async function sharded(t: TestContext): Promise<{ root: string; dir: string; index: IndexJson }> {
  const root = await temporaryFolder(t);
  const dir = join(root, 'parent');
  await saveTiny(dir);
  await rm(join(dir, 'model.safetensors'));
  const { 'embed.weight': embed, 'out.bias': bias } = weights();
  const shards = [[rawWeight('embed.weight', embed!, 'BF16')], [MASK], [rawWeight('out.bias', bias!, 'F16')]];
  await writeFile(join(dir, 'config.json'), `{ "model_type": "tiny",\n\n "vocab_size": 260, "width": 4 }`);
  return { root, dir, index: await writeShards(dir, shards) };
}
const load = async (dir: string) => (await loadCheckpoint(dir, architectures)).weights;
const same = async (a: string, b: string, name: string) =>
  (await readFile(join(a, name))).equals(await readFile(join(b, name)));

test('shards of several types are one checkpoint, in its files’ order', async (t) => {
  const { dir } = await sharded(t);
  assert.deepEqual(await load(dir), weights());
  const { tensors, unused } = await readLayout(dir, architectures);
  assert.deepEqual(
    [...tensors, ...unused].map(({ name, file }) => [name, file]),
    [
      ['embed.weight', ONE],
      ['out.bias', THREE],
      ['mask', TWO],
    ],
  );
  const about = await inspectFolder(dir, architectures);
  assert.deepEqual(about, { architecture: 'tiny', parameters: 1300, has_recipe: true, vocab_size: 260 });
});

test('a child of unchanged weights has the same files, to the byte; a change changes one shard', async (t) => {
  const { root, dir } = await sharded(t);
  const [again, changed] = [join(root, 'again'), join(root, 'changed')];
  await saveCheckpoint(again, { configJson: CONFIG, weights: weights(), copyFrom: dir });
  const names = (await readdir(dir)).sort();
  assert.deepEqual((await readdir(again)).sort(), names);
  for (const name of names) assert.ok(await same(dir, again, name), name);

  const bias = float32(new Float32Array(260).fill(0.1), [260]);
  await saveCheckpoint(changed, { configJson: CONFIG, weights: { ...weights(), 'out.bias': bias }, copyFrom: dir });
  assert.deepEqual((await readdir(changed)).sort(), names);
  for (const name of names) assert.equal(await same(dir, changed, name), name !== THREE, name);
  const [before, after] = [await readHeader(join(dir, THREE)), await readHeader(join(changed, THREE))];
  assert.deepEqual(after, before);
  // the half next to 0.1
  assert.ok((await load(changed))['out.bias']!.data.every((value) => value === 0.0999755859375));
});

test('a child in float32 keeps names, order, metadata and what the model does not use', async (t) => {
  const { root, dir, index } = await sharded(t);
  const child = join(root, 'child');
  const content = { configJson: CONFIG, weights: weights(), copyFrom: dir, weightTypes: 'float32' as const };
  await saveCheckpoint(child, content);
  assert.deepEqual((await readdir(child)).sort(), (await readdir(dir)).sort());
  assert.deepEqual(await load(child), weights());
  const total_size = 1300 * 4 + 3;
  const written = JSON.parse(await readFile(join(child, INDEX), 'utf8'));
  assert.deepEqual(written, { ...index, metadata: { total_size, made_by: 'a test' } });
  assert.deepEqual({ ...(await readHeader(join(child, ONE))).metadata }, { format: 'pt', of: ONE });
  assert.ok(await same(dir, child, TWO));
  assert.equal((await inspectFolder(child, architectures)).parameters, 1300);
});

test('a child of a single file keeps its order, types and what the model does not use', async (t) => {
  const root = await temporaryFolder(t);
  const [dir, child] = [join(root, 'parent'), join(root, 'child')];
  await saveTiny(dir);
  const { 'embed.weight': embed, 'out.bias': bias } = weights();
  const tensors = [rawWeight('out.bias', bias!, 'F32'), MASK, rawWeight('embed.weight', embed!, 'F16')];
  await writeFile(join(dir, 'model.safetensors'), rawFile(tensors));
  await saveCheckpoint(child, { configJson: CONFIG, weights: weights(), copyFrom: dir });
  assert.ok(await same(dir, child, 'model.safetensors'));
  const { 'out.bias': _, ...rest } = weights();
  const other = join(root, 'other');
  const short = { configJson: CONFIG, weights: { ...rest, 'new.weight': bias! }, copyFrom: dir };
  await assert.rejects(saveCheckpoint(other, short), { message: /has no tensor new\.weight to be replaced/ });
});

test('a child may be written over its parent, or over a checkpoint of another layout', async (t) => {
  const { root, dir } = await sharded(t);
  const names = (await readdir(dir)).sort();
  const other = join(root, 'other');
  await saveTiny(other);
  const bias = float32(new Float32Array(260).fill(0.5), [260]);
  const content = { configJson: CONFIG, weights: { ...weights(), 'out.bias': bias }, copyFrom: dir };
  for (const over of [other, dir]) {
    await saveCheckpoint(over, content);
    assert.deepEqual((await readdir(over)).sort(), names);
    assert.deepEqual(await load(over), content.weights);
  }
  await saveTiny(dir);
  assert.deepEqual(await load(dir), ones());
});

test('index and shards that do not agree are refused by name', async (t) => {
  const { dir, index } = await sharded(t);
  const change = (more: Partial<IndexJson>) => writeFile(join(dir, INDEX), JSON.stringify({ ...index, ...more }));
  const mapped = (more: Record<string, string>) => change({ weight_map: { ...index.weight_map, ...more } });
  const files = new Map<string, Buffer>();
  for (const name of await readdir(dir)) files.set(name, await readFile(join(dir, name)));
  const whole = rawFile(Object.entries(weights()).map(([name, tensor]) => rawWeight(name, tensor, 'F32')));
  const cases: [() => Promise<unknown>, RegExp][] = [
    [
      () => mapped({ mask: '../outside.safetensors' }),
      /^model\.safetensors\.index\.json: names the shard "\.\.\/outside/,
    ],
    [() => mapped({ mask: '/etc/passwd' }), /^model\.safetensors\.index\.json: names the shard/],
    [() => mapped({ mask: 'model-00002-of-00003.bin' }), /index\.json: names the shard/],
    [() => mapped({ ghost: shardName(4, 4) }), /^model-00004-of-00004\.safetensors: is missing/],
    [() => mapped({ ghost: ONE }), /^model-00001-of-00003\.safetensors: has no tensor "ghost", which .*index/],
    [() => mapped({ mask: ONE }), /^model-00002-of-00003\.safetensors: is a shard that .*does not name/],
    [() => mapped({ mask: ONE, 'out.bias': TWO }), /^model-00003-of-00003.* is a shard that/],
    [
      () => mapped({ 'embed.weight': THREE, 'out.bias': ONE }),
      /00001.*holds tensor "embed\.weight", which .* places in model-00003/,
    ],
    [() => change({ weight_map: {} }), /names no shard/],
    [() => change({ weight_map: [] as never }), /\/weight_map must be object/],
    [() => mapped({ mask: 3 as never }), /\/weight_map\/mask must be string/],
    [() => change({ metadata: { total_size: 7 } }), /claims a total_size of 7 where the shards hold 2603/],
    [() => change({ metadata: { total_size: -1 } }), /\/metadata\/total_size must be/],
    [() => writeFile(join(dir, INDEX), '[]'), /index\.json: the document must be object/],
    [() => writeFile(join(dir, INDEX), '{"weight_map":{"a":"b","a":"c"}}'), /index\.json: holds the key "a" twice/],
    [() => writeFile(join(dir, INDEX), '{'), /index\.json: is not JSON/],
    [() => rm(join(dir, INDEX)), /index\.json: is missing, and model-0000.*is there/],
    [() => rm(join(dir, TWO)), /^model-00002-of-00003\.safetensors: is missing/],
    [() => rename(join(dir, TWO), join(dir, ONE)), /^model-00002-of-00003\.safetensors: is missing/],
    [() => writeFile(join(dir, THREE), files.get(ONE)!), /00003.*holds tensor "embed\.weight", as model-00001/],
    [() => writeFile(join(dir, 'model.safetensors'), whole), /index\.json: lies beside model\.safetensors/],
    [() => writeFile(join(dir, THREE), files.get(THREE)!.subarray(0, -2)), /^model-00003-of-00003.*truncated/],
    [
      async () => {
        await rm(join(dir, INDEX));
        await writeFile(join(dir, 'model.safetensors'), whole);
      },
      /^model-0000\d-of-00003\.safetensors: lies beside model\.safetensors/,
    ],
    [() => mkdir(join(dir, shardName(9, 9))), /^model-00009-of-00009\.safetensors: is a shard that/],
  ];
  for (const [spoil, message] of cases) {
    await spoil();
    await assert.rejects(inspectFolder(dir, architectures), { code: 'checkpoint-invalid', message });
    await rm(dir, { recursive: true });
    await mkdir(dir);
    for (const [name, bytes] of files) await writeFile(join(dir, name), bytes);
  }
  assert.equal((await inspectFolder(dir, architectures)).parameters, 1300);
  await change({ metadata: undefined });
  assert.equal((await inspectFolder(dir, architectures)).parameters, 1300);
  assert.deepEqual((await loadCheckpoint(dir, architectures)).recipe, RECIPE);
});
