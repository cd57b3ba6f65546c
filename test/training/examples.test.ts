// Labelled records as rows: every form that is taken, and what is said of the others, which quotes nothing of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LabelledRecord } from '../../src/domain/record.ts';
import { stackExamples } from '../../src/training/classification.ts';
import { checkExample, type ExampleForm, encodeExample } from '../../src/training/examples.ts';

const TABLE: ExampleForm = {
  ...{ inputShape: [3], entries: null, classes: 2 },
  ...{ classNames: ['cat', 'dog'], features: ['age', 'member', 'Zarnovik'] },
};
const IMAGE: ExampleForm = { inputShape: [2, 2, 1], entries: null, classes: 3, classNames: null, features: null };
const TEXT: ExampleForm = { ...IMAGE, inputShape: [4], entries: 10 };

const record = (input: unknown, label: unknown = 1) => ({ id: 'a', input, label }) as LabelledRecord;
const seen = (form: ExampleForm, input: unknown) => Array.from(encodeExample(form, record(input)).seen.data);

describe('what is taken', () => {
  test('lists of the model’s shape, columns by name, images without their one channel, ids', () => {
    assert.deepEqual(seen(TABLE, [1, 2, 3]), [1, 2, 3]);
    assert.deepEqual(seen(TABLE, { Zarnovik: 7, age: 5, member: true }), [5, 1, 7]);
    const [plain, channels] = [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [[1], [2]],
        [[3], [4]],
      ],
    ];
    assert.deepEqual(
      [seen(IMAGE, plain), seen(IMAGE, channels)],
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
    );
    assert.deepEqual(seen(TEXT, [0, 9, 3, 3]), [0, 9, 3, 3]);
  });

  test('text where there is a tokenizer, and ids as well', () => {
    const text = { encode: (given: string) => [given.length, 1, 0, 0] };
    assert.deepEqual(seen({ ...TEXT, text }, 'viola'), [5, 1, 0, 0]);
    assert.deepEqual(seen({ ...TEXT, text }, [0, 9, 3, 3]), [0, 9, 3, 3]);
    const untried = { ...TEXT, text: { encode: () => assert.fail('a check makes no ids') } };
    checkExample(untried, record('viola'));
    assert.throws(() => checkExample(untried, record('viola', 3)), /label is none of/);
    assert.throws(() => checkExample(untried, record([0, 10, 3, 3])), /no whole number from 0 to 9/);
  });

  test('a class by number, or by name where the model names them; a batch has it at its second place', () => {
    const rows = [record([1, 2, 3], 'cat'), record([4, 5, 6], 'dog'), record([7, 8, 9], 0)];
    const { ids, labels } = stackExamples(rows.map((one) => encodeExample(TABLE, one)));
    assert.deepEqual(
      [labels!.shape, [...labels!.data]],
      [
        [3, 2],
        [-100, 0, -100, 1, -100, 0],
      ],
    );
    assert.deepEqual([ids!.dtype, ids!.shape, [...ids!.data]], ['float32', [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });
});

describe('what is refused', () => {
  const cases: [string, ExampleForm, LabelledRecord, RegExp][] = [
    [
      'text where no ids are looked up',
      TABLE,
      record('Zarnovik'),
      /no Embedding that looks words up: give the numbers/,
    ],
    ['text without a tokenizer', TEXT, record('Zarnovik'), /no tokenizer\.json: put the one .* or give the ids/],
    ['too few numbers', TABLE, record([1, 2]), /shape \[2\] and the model takes \[3\]/],
    ['lists of different lengths', IMAGE, record([[1, 2], [3]]), /lists of different lengths/],
    ['another shape', IMAGE, record([1, 2, 3, 4]), /shape \[4\] and the model takes \[2,2,1\]/],
    ['nothing', TABLE, record([]), /shape \[0\]/],
    ['columns that the model does not list', IMAGE, record({ Zarnovik: 1 }), /the model no columns/],
    ['a column too few', TABLE, record({ age: 5, member: true }), /does not have the columns/],
    ['another column', TABLE, record({ age: 5, member: true, height: 1 }), /does not have the columns/],
    ['text in a column', TABLE, record({ age: 5, member: true, Zarnovik: 'Zarnovik' }), /a value that is no number/],
    ['an empty column', TABLE, record({ age: 5, member: true, Zarnovik: null }), /a value that is no number/],
    ['a number beyond float32', TABLE, record([1, 2, 1e39]), /beyond float32/],
    ['an id that is none', TEXT, record([0, 1.5, 2, 3]), /no whole number from 0 to 9/],
    ['an id beyond the table', TEXT, record([0, 1, 2, 10]), /no whole number from 0 to 9/],
    ['an id below it', TEXT, record([0, -1, 2, 3]), /no whole number from 0 to 9/],
    ['a class beyond the last', TABLE, record([1, 2, 3], 2), /none of the model’s 2 classes/],
    ['a class below the first', TABLE, record([1, 2, 3], -1), /none of the model’s 2 classes/],
    ['a name of no class', TABLE, record([1, 2, 3], 'Zarnovik'), /none of the model’s 2 classes/],
    ['a name where none are known', TEXT, record([1, 2, 3, 4], 'Zarnovik'), /the model names no classes/],
  ];
  for (const [name, form, one, message] of cases)
    test(name, () =>
      assert.throws(
        () => encodeExample(form, one),
        (error: Error) => {
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /Zarnovik/);
          return true;
        },
      ),
    );
});
