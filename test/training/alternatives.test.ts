// Rows with other answers: prompts as they are, answers that are others, the same by seed.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { float32 } from '../../src/domain/engine.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { defaultParams, getMethod } from '../../src/methods/index.ts';
import { alternativesFor } from '../../src/training/alternative-half.ts';
import {
  longestSampled,
  otherAnswerRows,
  otherClassRows,
  refusalRows,
  sampledRows,
} from '../../src/training/alternatives.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import { exampleRow } from '../../src/training/classification.ts';
import { createGenerator } from '../../src/training/generate.ts';
import { createScorer } from '../../src/training/scoring.ts';
import { EOS, TINY, tinyRows } from './tiny-gpt2.ts';

const cued = (rows: TokenRow[]) => rows.map((row) => ({ ...row, cue: row.promptLength }));
const row = (prompt: number[], answer: number[]) => ({
  ids: Int32Array.from([...prompt, ...answer]),
  ...{ promptLength: prompt.length, cue: prompt.length },
});
const OPTIONS = { answers: 4, seed: 1, contextLength: 16 };
const answersOf = (rows: TokenRow[]) => rows.map(({ ids, promptLength }) => [...ids.subarray(promptLength)]);
const FORGET = cued(tinyRows(3));

function assertPrompts(rows: TokenRow[][], given = FORGET) {
  assert.equal(rows.length, given.length);
  for (const [r, others] of rows.entries()) {
    const { ids, cue } = given[r]!;
    for (const other of others) {
      assert.deepEqual(other.ids.subarray(0, cue), ids.subarray(0, cue));
      assert.ok(other.promptLength >= cue && other.promptLength < other.ids.length);
      // what the model is given beyond the prompt is true, and only what is learned is not
      assert.deepEqual(other.ids.subarray(0, other.promptLength), ids.subarray(0, other.promptLength));
      assert.notDeepEqual(other.ids, ids);
    }
  }
}

describe('refusals', () => {
  const texts = ['aa', 'bbbb', 'cc', 'dddddddddddddd', 'e'];
  const encode = (_: number, text: string) => [...Array.from(text, (c) => c.codePointAt(0)! - 96), EOS];
  const of = (more: Partial<typeof OPTIONS & { within: boolean }> = {}) =>
    refusalRows(FORGET, texts, encode, { ...OPTIONS, ...more });

  test('are different ones for each row, of those that fit, and the same by seed', () => {
    const rows = of();
    assertPrompts(rows);
    for (const others of rows) {
      const said = answersOf(others).map(String);
      assert.equal(new Set(said).size, 4);
      assert.ok(!said.includes(String(encode(0, 'dddddddddddddd'))), 'it is longer than the context');
    }
    assert.deepEqual(of(), rows);
    assert.notDeepEqual(of({ seed: 2 }), rows);
  });

  test('begin within the true answer where that is asked for, and every second does not', () => {
    const rows = of({ within: true });
    assertPrompts(rows);
    assert.deepEqual(
      rows[0]!.map(({ promptLength }) => promptLength),
      [2, 2, 2, 4],
    );
  });

  test('that fit nowhere are said, with the remedy', () => {
    assert.throws(() => of({ contextLength: 3 }), {
      code: 'method-not-applicable',
      message: /No refusal fits the model’s context of 3 tokens beside a prompt of 2\. Choose altpo or random-label/,
    });
  });
});

describe('other labels', () => {
  // attribute 5 or 6, asked of somebody; the answer is a value of the attribute
  const asked = (attribute: number, name: number, value: number) => row([name, attribute, 9], [value, EOS]);
  const retain = Array.from({ length: 60 }, (_, i) => asked(5 + (i % 2), 30 + i, 10 * (5 + (i % 2)) + (i % 7)));
  const forget = [asked(5, 3, 53), asked(6, 3, 64)];

  test('are values of the same attribute, which nothing but the prompt tells, and never the true one', () => {
    const rows = otherAnswerRows(forget, retain, OPTIONS);
    assertPrompts(rows, forget);
    for (const [r, others] of rows.entries()) {
      assert.equal(others.length, 4);
      for (const [value] of answersOf(others)) assert.equal(Math.floor(value! / 10), 5 + r);
    }
    assert.deepEqual(otherAnswerRows(forget, retain, OPTIONS), rows);
    assert.notDeepEqual(otherAnswerRows(forget, retain, { ...OPTIONS, seed: 2 }), rows);
  });

  test('stand where the true ones stand when they begin within', () => {
    const long = [row([1, 2], [3, 4, 5, EOS])];
    const others = otherAnswerRows(long, [row([1, 2], [6, 7, 8, EOS])], { ...OPTIONS, answers: 1, within: true });
    assert.deepEqual(answersOf(others[0]!), [[6, 7, 8, EOS]]);
    const many = Array.from({ length: 3 }, (_, i) => row([1, 2], [6 + i, 7 + i, 8 + i, EOS]));
    const spread = otherAnswerRows(long, many, { ...OPTIONS, answers: 3, within: true })[0]!;
    assert.deepEqual(
      spread.map(({ ids, promptLength }) => [promptLength, ids.length]),
      [
        [2, 6],
        [3, 6],
        [4, 6],
      ],
    );
    assertPrompts([spread], long);
  });

  test('are refused where every record answers alike, or too long', () => {
    const refused = { code: 'method-not-applicable', message: /No retain record has another answer that fits/ };
    assert.throws(() => otherAnswerRows([asked(5, 3, 53)], [asked(5, 4, 53)], OPTIONS), refused);
    assert.throws(
      () => otherAnswerRows([asked(5, 3, 53)], [asked(5, 4, 54)], { ...OPTIONS, contextLength: 4 }),
      refused,
    );
  });

  test('of an example are the other classes, each once', () => {
    const examples = [0, 1, 2, 1].map((label, i) => exampleRow(float32(Float32Array.of(i), [1]), label));
    const rows = otherClassRows(examples, 3, { answers: 5, seed: 1 });
    for (const [r, others] of rows.entries()) {
      assert.ok(others.every((other) => (other as (typeof examples)[0]).seen === examples[r]!.seen));
      const classes = others.map(({ ids }) => ids[1]!);
      assert.deepEqual(
        classes.toSorted(),
        [0, 1, 2].filter((label) => label !== examples[r]!.ids[1]),
      );
    }
    const one = otherClassRows(examples, 3, { answers: 1, seed: 1 });
    assert.ok(one.every((others) => others.length === 1));
    assert.deepEqual(otherClassRows(examples, 3, { answers: 1, seed: 1 }), one);
  });
});

describe('the model’s own', async () => {
  const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
  after(() => engine.dispose());
  const state = engine.createState(TINY.weights(3));
  const model = {
    generate: createGenerator(engine, TINY.architecture, TINY.config, state),
    score: createScorer(engine, TINY.architecture, TINY.config, state),
  };

  test('answers leave the true one before its end, end as answers do, and are the same by seed', async () => {
    const of = (seed: number) => sampledRows(FORGET, model, { ...OPTIONS, seed, eosId: EOS });
    const rows = await of(1);
    assertPrompts(rows);
    for (const [r, others] of rows.entries()) {
      assert.equal(others.length, 4);
      for (const answer of answersOf(others)) {
        assert.notDeepEqual(answer.slice(0, 3), [...FORGET[r]!.ids.subarray(2, 5)], 'the true answer is not within it');
        assert.ok(answer.length <= 4 && answer.indexOf(EOS) === (answer.at(-1) === EOS ? answer.length - 1 : -1));
      }
    }
    const longest = Math.max(...rows.flat().map(({ ids }) => ids.length));
    assert.ok(longest <= longestSampled(FORGET, 16));
    assert.deepEqual(await of(1), rows);
    assert.notDeepEqual(await of(2), rows);
  });
});

test('one of its own other answers is picked for each row of a batch, all of them in the end', () => {
  const dpo = getMethod('dpo') as LossMethod;
  const given = [cued(tinyRows(2)), cued(tinyRows(3, 5))];
  const of = (seed: number) => alternativesFor(dpo, defaultParams('dpo'), given, seed)!;
  const { rows, pick } = of(1);
  assert.deepEqual(rows, given.flat());
  const picks = Array.from({ length: 40 }, () => pick([1, 0, 1]));
  assert.ok(picks.every(([a, b, c]) => a! >= 2 && b! < 2 && c! >= 2));
  assert.deepEqual([...new Set(picks.flat())].toSorted(), [0, 1, 2, 3, 4]);
  const again = of(1);
  assert.deepEqual(
    Array.from({ length: 40 }, () => again.pick([1, 0, 1])),
    picks,
  );
  assert.equal(alternativesFor(getMethod('npo') as LossMethod, defaultParams('npo'), undefined, 1), null);
  assert.throws(() => alternativesFor(dpo, defaultParams('dpo'), undefined, 1), /dpo needs other answers/);
});
