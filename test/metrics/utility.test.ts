// Numbers of whole sets, against values that can be worked out by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UtilityRows } from '../../src/domain/metric.ts';
import type { RowScore } from '../../src/domain/verification.ts';
import { calibrationError, calibrationErrorOf } from '../../src/metrics/utility/calibration-error.ts';
import { modelUtility } from '../../src/metrics/utility/model-utility.ts';
import { textPerplexity } from '../../src/metrics/utility/text-perplexity.ts';

/** A row whose tokens are as sure, and as right; the last token is the end. */
function row(tokens: [sure: number, right: 0 | 1][], more: Partial<RowScore> = {}): RowScore {
  const top = Float32Array.from(tokens, ([sure]) => Math.log(sure));
  return {
    ...{
      index: 0,
      person: -1,
      logProbs: top,
      topLogProbs: top,
      correct: Uint8Array.from(tokens, ([, right]) => right),
    },
    ...{ mu: top, variance: top },
    ...more,
  };
}
const sets = (more: Partial<UtilityRows>): UtilityRows => ({
  retain: [],
  neighbours: [],
  world: [],
  holdout: [],
  ...more,
});
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

test('calibration error: 0 for who is right as often as sure, the gap for who is not, bins by weight, the end left out', () => {
  close(
    calibrationErrorOf([
      row([
        [0.5, 1],
        [0.5, 0],
        [0.9, 0],
      ]),
    ]),
    0,
  );
  close(
    calibrationErrorOf([
      row([
        [0.9, 0],
        [0.9, 0],
        [1, 1],
      ]),
    ]),
    0.9,
  );
  close(calibrationErrorOf([row([[1, 1]])]), 0);
  // three tokens of a bin whose gap is |2 - 1.8| / 3 and one of a bin whose gap is 0.2
  const two = [
    row([
      [0.6, 1],
      [0.6, 1],
      [0.6, 0],
      [0.2, 0],
      [1, 1],
    ]),
  ];
  close(calibrationErrorOf(two), (0.2 + 0.2) / 4);
  // within a bin, too sure and not sure enough make up for each other: that is how it is defined
  close(
    calibrationErrorOf([
      row([
        [0.61, 1],
        [0.65, 0],
        [1, 1],
      ]),
    ]),
    Math.abs(1 - 1.26) / 2,
  );
  // a class is one label, which is no end
  close(calibrationErrorOf([row([[0.7, 0]])]), 0.7);
  const { topLogProbs: _, ...older } = row([
    [0.5, 1],
    [1, 1],
  ]);
  assert.ok(Number.isNaN(calibrationErrorOf([older])));
  close(calibrationError.of('neighbours', sets({ neighbours: two })), 0.1);
});

test('model utility: the harmonic mean of what was measured, and nothing where one of it is', () => {
  const said = { generated: 'a b', reference: 'a b c d' };
  const retain = [row([[0.5, 1]], said), row([[0.5, 1]])];
  close(modelUtility.of('retain', sets({ retain })), 0.5);
  // 2 / (1 / 0.8 + 1 / 0.5), of a row whose answer has half of the words
  close(modelUtility.of('retain', sets({ retain: [row([[0.8, 1]], said)] })), 2 / (1 / 0.8 + 1 / 0.5));
  const world = [row([[0.25, 0]]), row([[1e-9, 0]], { plain: true })];
  close(modelUtility.of('retain', sets({ retain, world })), 3 / (2 + 2 + 4));
  const wrong = row([[0.8, 1]], { generated: 'x', reference: 'a' });
  assert.equal(modelUtility.of('retain', sets({ retain: [wrong] })), 0);
  close(
    modelUtility.of('retain', sets({ retain: [row([[0.5, 1]], { label: 1 }), row([[0.5, 0]], { label: 0 })] })),
    0.5,
  );
  assert.ok(Number.isNaN(modelUtility.of('retain', sets({}))));
});

test('text perplexity: over all tokens alike, of plain text alone', () => {
  const plain = { plain: true };
  const world = [
    row([[0.5, 1]], plain),
    row(
      [
        [0.125, 0],
        [0.125, 0],
        [0.5, 1],
      ],
      plain,
    ),
    row([[1e-6, 0]]),
  ];
  close(textPerplexity.of('world', sets({ world })), 2 ** ((1 + 3 + 3 + 1) / 4));
  assert.ok(Number.isNaN(textPerplexity.of('world', sets({ world: [row([[0.5, 1]])] }))));
});
