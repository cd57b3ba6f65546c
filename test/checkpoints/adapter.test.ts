// Adapter folders in PEFT's layout: what is saved is loaded, and what does not fit is named.
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadAdapter, saveAdapter } from '../../src/checkpoints/adapter.ts';
import { readSafetensors, writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import type { Architecture } from '../../src/domain/architecture.ts';
import type { HostTensors } from '../../src/domain/engine.ts';
import { adapterShapes } from '../../src/training/lora.ts';
import { values32 } from '../engine/both.ts';
import { TINY } from '../training/tiny-gpt2.ts';
import { temporaryFolder } from './temporary.ts';

const { architecture, config } = TINY;
const MODULES = ['transformer.h.0.attn.c_attn', 'transformer.h.0.mlp.c_proj'];
const NAMES = MODULES.flatMap((module) => ['A', 'B'].map((side) => `base_model.model.${module}.lora_${side}.weight`));
const adapters: HostTensors = Object.fromEntries(
  Object.entries(adapterShapes(architecture, config, MODULES, 2)).map(([name, shape], i) => [name, values32(shape, i)]),
);
const save = (dir: string) => saveAdapter(dir, { architecture, config, adapters, alpha: 8 });
const load = (dir: string, model: Architecture = architecture) => loadAdapter(dir, model, config);

test('a saved adapter is loaded as it was; saving it twice gives the same bytes', async (t) => {
  const root = await temporaryFolder(t);
  const [a, b] = [join(root, 'new', 'a'), join(root, 'b')];
  await save(a);
  await save(b);
  assert.deepEqual(await load(a), { adapters, scale: 4 });
  for (const file of ['adapter_config.json', 'adapter_model.safetensors'])
    assert.ok((await readFile(join(a, file))).equals(await readFile(join(b, file))), file);
});

test('names, orientation and configuration are those of PEFT', async (t) => {
  const dir = await temporaryFolder(t);
  await save(dir);
  const file = await readSafetensors(join(dir, 'adapter_model.safetensors'));
  assert.deepEqual(Object.keys(file), NAMES);
  assert.deepEqual(
    Object.values(file).map(({ shape }) => shape),
    [
      [2, 24],
      [72, 2],
      [2, 96],
      [24, 2],
    ],
  );
  const ours = adapters[`${MODULES[0]}.lora_B`]!;
  // B is (rank, out) here and (out, rank) there
  assert.equal(file[NAMES[1]!]!.data[2 * 5 + 1], ours.data[72 + 5]);
  const json = JSON.parse(await readFile(join(dir, 'adapter_config.json'), 'utf8'));
  assert.deepEqual(json, {
    ...{ peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: null, r: 2, lora_alpha: 8 },
    ...{ target_modules: MODULES, fan_in_fan_out: true, bias: 'none', inference_mode: true },
  });
});

test('a configuration may say what PEFT says, as long as it asks for x A B alone', async (t) => {
  const dir = await temporaryFolder(t);
  await save(dir);
  const path = join(dir, 'adapter_config.json');
  const json = JSON.parse(await readFile(path, 'utf8'));
  const change = (more: object) => writeFile(path, JSON.stringify({ ...json, ...more }));
  await change({ use_rslora: true, lora_dropout: 0.1, rank_pattern: {}, modules_to_save: null, use_dora: false });
  assert.equal((await load(dir)).scale, 8 / Math.SQRT2);
  await change({ target_modules: ['c_attn', 'mlp.c_proj'], init_lora_weights: 'gaussian', peft_version: '0.19.0' });
  assert.deepEqual((await load(dir)).adapters, adapters);

  const cases: [object, RegExp][] = [
    [{ peft_type: 'IA3' }, /^adapter_config\.json: peft_type .*LoRA adapter/],
    [{ r: 0 }, /^adapter_config\.json: r must be >= 1/],
    [{ target_modules: '.*attn.*' }, /^adapter_config\.json: target_modules .*list its target_modules by name/],
    [{ use_dora: true }, /asks for "use_dora", which is not supported\. Merge this adapter with PEFT/],
    [{ alpha_pattern: { c_attn: 3 } }, /asks for "alpha_pattern"/],
    [{ bias: 'all' }, /asks for "bias"/],
    [{ init_lora_weights: 'pissa' }, /asks for "init_lora_weights"/],
    [{ something_new: 1 }, /asks for "something_new"/],
    [{ target_modules: ['q_proj'] }, /target_modules: "q_proj" names no projection of this gpt2.*c_attn, c_proj, c_fc/],
    [{ r: 3 }, /lora_A\.weight has the shape \[2,24\] where r and the model ask for \[3,24\]/],
    [{ target_modules: ['c_attn'] }, /holds "base_model.*mlp\.c_proj.*no adapter of the target_modules/],
    [
      { target_modules: ['c_attn', 'c_proj'] },
      /has no tensor base_model\.model\.transformer\.h\.0\.attn\.c_proj\.lora_A/,
    ],
  ];
  for (const [more, message] of cases) {
    await change(more);
    await assert.rejects(load(dir), { code: 'checkpoint-invalid', message }, JSON.stringify(more));
  }
});

test('files that are missing or damaged are named', async (t) => {
  const dir = await temporaryFolder(t);
  await save(dir);
  const path = join(dir, 'adapter_model.safetensors');
  const file = await readSafetensors(path);
  const { [NAMES[2]!]: _, ...rest } = file;
  await writeSafetensors(path, rest);
  await assert.rejects(load(dir), {
    message: `adapter_model.safetensors: has no tensor ${NAMES[2]}. Save the whole adapter.`,
  });
  await rm(path);
  await assert.rejects(
    load(dir),
    /^ExpungeError: adapter_model\.safetensors: is missing\. Save the adapter as safetensors/,
  );
  await rm(join(dir, 'adapter_config.json'));
  await assert.rejects(load(dir), /^ExpungeError: adapter_config\.json: is missing/);
});
