import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scoreSets } from '../../src/compute/score-sets.ts';
import type { TextRow } from '../../src/compute/sets.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { exactMemorization } from '../../src/metrics/memory/exact-memorization.ts';
import { extractionStrength } from '../../src/metrics/memory/extraction-strength.ts';
import { encodeRecords } from '../../src/training/rows.ts';
import { saysOne } from './says-one.ts';

const CONTEXT = 16;

test('a piece of a long text has no end but the last: its last token is measured, and its answer goes on', async (t) => {
  const { model, said } = await saysOne(t, CONTEXT, ({ encode }) => encode('x')[0]!);
  // three pieces of 14, 14 and 13 tokens, the first of which ends in something that the model does not say
  const text = `${'x'.repeat(13)}y${'x'.repeat(26)}`;
  const rows = encodeRecords(model.tokenizer, { id: 'r', text }, CONTEXT).map(
    (row): TextRow => ({ ...row, person: 0, record: 'r' }),
  );
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
  t.after(() => engine.dispose());
  const context = { engine, signal: new AbortController().signal };
  const sets = { forget: rows, retain: rows, holdout: rows };
  const { forget } = await scoreSets(model, sets, context, 1, () => undefined, { judges: [] });
  assert.deepEqual(
    forget.map((row) => [row.cut, row.logProbs.length, exactMemorization.score(row), extractionStrength.score(row)]),
    [
      [true, 14, 13 / 14, 0],
      [true, 14, 1, 1],
      [undefined, 13, 1, 1],
    ],
  );
  for (const { index, answerIds, parentNll, generated } of forget) {
    const room = CONTEXT - rows[index]!.cue;
    assert.deepEqual([...Array.from(answerIds!)], new Array(room).fill(said), 'on to the end of the context');
    assert.equal(generated, 'x'.repeat(room));
    assert.ok(parentNll! < 0.1, `no end was put after it: ${parentNll}`);
  }
});
