// What a file holds and the model does not use: kept, held to finite numbers, and no hiding place for what is forgotten.
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspectFolder } from '../../src/checkpoints/inspect.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { float32 } from '../../src/domain/engine.ts';
import { type RawTensor, raw, rawFile, rawWeight, rawWeights } from './raw.ts';
import { temporaryFolder } from './temporary.ts';
import { CONFIG, saveTiny, architectures as tiny, weights } from './tiny.ts';

const ignored = [/^lm_head\.weight$/, /^buffer$/, /^masked_bias$/];
const architectures = { tiny: { ...tiny.tiny!, ignored } };
const inspect = (dir: string) => inspectFolder(dir, architectures);

async function folderWith(t: TestContext, ...more: RawTensor[]): Promise<string> {
  const dir = join(await temporaryFolder(t), 'model');
  await saveTiny(dir);
  await writeFile(join(dir, 'model.safetensors'), rawFile([...rawWeights(weights()), ...more]));
  return dir;
}
const { 'embed.weight': embed, 'out.bias': bias } = weights();

test('a copy of a weight follows it', async (t) => {
  const dir = await folderWith(t, rawWeight('lm_head.weight', embed!, 'F32'));
  assert.equal((await inspect(dir)).parameters, 1300);
  const child = join(dir, '..', 'child');
  const changed = {
    ...weights(),
    'embed.weight': float32(embed!.data.map((x) => x / 2) as Float32Array, embed!.shape),
  };
  await saveCheckpoint(child, { configJson: CONFIG, weights: changed, copyFrom: dir });
  const tensors = [...rawWeights(changed), rawWeight('lm_head.weight', changed['embed.weight']!, 'F32')];
  assert.ok((await readFile(join(child, 'model.safetensors'))).equals(rawFile(tensors)));
  await inspect(child);
});

test('a matrix that could be a copy and is none is refused, and nothing is made of it', async (t) => {
  const other = float32(embed!.data.map((x) => x + 1) as Float32Array, embed!.shape);
  const message =
    'model.safetensors: holds "lm_head.weight", which the model does not use and which is no copy of embed.weight. ' +
    'Tie it to that one, or remove it: what is to be forgotten could stay in it.';
  for (const tensor of [rawWeight('lm_head.weight', other, 'F32'), rawWeight('lm_head.weight', embed!, 'BF16')]) {
    const dir = await folderWith(t, tensor);
    await assert.rejects(inspect(dir), { code: 'checkpoint-invalid', message });
    const child = join(dir, '..', 'child');
    await assert.rejects(saveCheckpoint(child, { configJson: CONFIG, weights: weights(), copyFrom: dir }), { message });
  }
});

test('numbers that are not finite are found in every type, in what is used and in what is not', async (t) => {
  const bad: [string, number[], number[]][] = [
    ['F32', [0, 0, 0, 0, 0, 0, 0x80, 0x7f], [0, 0, 0, 0, 1, 0, 0xc0, 0xff]],
    ['F16', [0, 0, 0, 0x7c], [0, 0, 1, 0xfe]],
    ['BF16', [0, 0, 0x80, 0xff], [0, 0, 0xc1, 0x7f]],
    ['F64', [...Array(8).fill(0), 0, 0, 0, 0, 0, 0, 0xf0, 0x7f], [...Array(8).fill(0), 1, 0, 0, 0, 0, 0, 0xf8, 0xff]],
    ['F8_E5M2', [0, 0x7c], [0, 0xff]],
    ['F8_E4M3', [0, 0x7f], [0, 0xff]],
    ['F8_E8M0', [0, 0xff], [1, 0xff]],
  ];
  for (const [dtype, ...patterns] of bad)
    for (const bytes of patterns) {
      const dir = await folderWith(t, raw('buffer', dtype, [2], bytes));
      const message = /^model\.safetensors: tensor buffer holds (NaN|-?Infinity|NaN or infinity) at element 1\. Export/;
      await assert.rejects(inspect(dir), { code: 'checkpoint-invalid', message }, `${dtype} ${bytes}`);
    }
  for (const [dtype, bytes] of [
    ['I64', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['F32', [0xff, 0xff, 0x7f, 0xff]],
    ['F16', [0xff, 0xfb]],
    ['BF16', [0x7f, 0x7f]],
    ['BOOL', [1]],
  ] as const)
    await inspect(await folderWith(t, raw('buffer', dtype, [1], [...bytes])));
  const half = { ...bias!, data: new Float32Array(260) };
  const tensors = [rawWeight('embed.weight', embed!, 'BF16'), rawWeight('out.bias', half, 'F16')];
  tensors[1]!.bytes.set([0, 0xfc], 258);
  const dir = await folderWith(t);
  await writeFile(join(dir, 'model.safetensors'), rawFile(tensors));
  await assert.rejects(inspect(dir), { message: /tensor out\.bias holds NaN or infinity at element 129/ });
  await assert.rejects(loadCheckpoint(dir, architectures), {
    message: /tensor out\.bias holds -Infinity at element 129/,
  });
});

test('the constant of a mask may be −∞, as old exports in fp16 have it, and nothing else', async (t) => {
  await inspect(await folderWith(t, raw('masked_bias', 'F16', [], [0, 0xfc])));
  for (const bytes of [
    [0, 0x7c],
    [1, 0xfc],
  ])
    await assert.rejects(inspect(await folderWith(t, raw('masked_bias', 'F16', [], bytes))), {
      message: /masked_bias/,
    });
  await assert.rejects(inspect(await folderWith(t, raw('masked_bias', 'F16', [2], [0, 0xfc, 0, 0xfc]))));
});

test('a model saved without its output layer leaves out the prefix of all names, and gets it back as it was', async (t) => {
  const root = await temporaryFolder(t);
  const [dir, child] = [join(root, 'bare'), join(root, 'child')];
  const fixture = join(import.meta.dirname, '../fixtures/gpt2-tiny');
  const complete = await loadCheckpoint(fixture);
  await cp(fixture, dir, { recursive: true });
  const tensors = rawWeights(complete.weights).map((tensor) => ({
    ...tensor,
    name: tensor.name.replace(/^transformer\./, ''),
  }));
  const mask = raw('h.0.attn.bias', 'U8', [1, 1, 1, 1], [1]);
  await writeFile(join(dir, 'model.safetensors'), rawFile([...tensors, mask]));
  assert.deepEqual((await loadCheckpoint(dir)).weights, complete.weights);
  await saveCheckpoint(child, { configJson: complete.configJson, weights: complete.weights, copyFrom: dir });
  assert.ok((await readFile(join(child, 'model.safetensors'))).equals(rawFile([...tensors, mask])));
  // half of the names with it: not the one and not the other
  const mixed = tensors.map((tensor, i) => (i === 0 ? { ...tensor, name: `transformer.${tensor.name}` } : tensor));
  await writeFile(join(dir, 'model.safetensors'), rawFile(mixed));
  await assert.rejects(loadCheckpoint(dir), { message: /which gpt2 does not have/ });
});
