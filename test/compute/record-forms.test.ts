// Records of every form that a language model takes, trained on, scored and answered: files to scores.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadModel } from '../../src/compute/checkpoint.ts';
import { scoreSets } from '../../src/compute/score-sets.ts';
import { loadSets } from '../../src/compute/sets.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { UploadedRecord } from '../../src/domain/record.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const TEMPLATE = `{% for m in messages %}{{ m.role + ': ' + m.content + eos_token }}{% endfor %}
{%- if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}`;
const TEXT: UploadedRecord = { id: 'text', text: 'Bako Delu of Ardo mends clocks and keeps nine bees.' };
const COMPLETION: UploadedRecord = { id: 'pair', prompt: 'Kilo Muna lives in', completion: ' Belm.' };
const TALK: UploadedRecord = {
  id: 'talk',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Where is Peri Soto?' },
    { role: 'assistant', content: 'In Cora.' },
    { role: 'user', content: 'And what is he?' },
    { role: 'assistant', content: 'A potter. <|endoftext|> ' },
  ],
};

test('text, completions and every turn of a conversation are learned, scored and answered', async (t) => {
  const dir = await temporaryFolder(t);
  const file = async (name: string, records: UploadedRecord[]) => {
    await writeFile(join(dir, name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return join(dir, name);
  };
  const options = {
    ...{ holdout: null, architecture: 'gpt2', width: 48, layers: 1, heads: 2, vocabSize: 257, seed: 3 },
    ...{ backend: 'onnxruntime/cpu', threads: 1 },
  };
  const steps = (count: number) => ({ learning_rate: 1e-2, batch_size: 4, warmup_steps: 5, steps: count });
  const silent = { progress: () => undefined };
  // a text as long as the conversation, so that the context holds both
  const long: UploadedRecord = { id: 'long', text: 'abcdefgh '.repeat(18) };
  const base = join(dir, 'base');
  await trainModel(
    { ...options, train: await file('base.ndjson', [TEXT, long]), out: base, options: steps(1) },
    silent,
  );
  await writeFile(join(base, 'chat_template.jinja'), TEMPLATE);
  const train = await file('train.ndjson', [TEXT, COMPLETION, TALK]);
  const out = join(dir, 'out');
  const trained = await trainModel({ ...options, base, train, out, options: steps(150) }, silent);
  assert.equal(trained.exactMemorization, 1);

  const stored = join(dir, 'stored.ndjson');
  await writeFile(stored, [TEXT, COMPLETION, TALK].map(toLine).join(''));
  const sets_file = join(dir, 'sets.json');
  const rows = [0, 1, 2].map((ordinal) => ({ corpus_id: 'c', ordinal, person: ordinal }));
  await writeFile(sets_file, JSON.stringify({ forget: rows, retain: [], calibration: [], holdout: [], world: rows }));
  const model = await loadModel(out);
  const sets = await loadSets({ sets_file, corpora: { c: stored } }, model);
  assert.deepEqual(
    sets.forget.map(({ person }) => person),
    [0, 1, 2, 2],
  );
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
  const context = { engine, signal: new AbortController().signal };
  const { forget, world } = await scoreSets(model, sets, context, 1, () => undefined);
  // nothing is known to it, so every answer is written, from half of the text or all that was said before
  const unknowing = await scoreSets(await loadModel(base), sets, context, 1, () => undefined);
  await engine.dispose();
  for (const { generated, reference } of unknowing.forget)
    assert.ok(typeof generated === 'string' && generated !== reference);
  assert.deepEqual(
    forget.map(({ reference }) => reference),
    ['ocks and keeps nine bees.', ' Belm.', 'In Cora.', 'A potter. <|endoftext|> '],
  );
  for (const { generated, reference, correct } of forget) {
    assert.equal(generated, reference);
    assert.ok(correct.every((hit) => hit === 1));
  }
  // of the world, text is read and facts are asked
  assert.deepEqual(
    world!.map(({ plain = false, generated }) => [plain, generated]),
    [
      [true, undefined],
      [false, ' Belm.'],
      [false, 'In Cora.'],
      [false, 'A potter. <|endoftext|> '],
    ],
  );
});
