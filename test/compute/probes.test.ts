import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planProbes } from '../../src/compute/probes.ts';
import { wrapped } from '../../src/compute/wrappings.ts';

/** Letters are their codes; 0 ends a text, 1 begins it. */
const tokenizer = {
  encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)),
  continued: (text: string) => [...text].map((letter) => letter.charCodeAt(0)),
  decode: (ids: ArrayLike<number>) => String.fromCharCode(...Array.from(ids).filter((id) => id > 1)),
  prefix: [1] as number[],
  eosId: 0,
  vocabSize: 128,
  chat: null,
};

const rowsOf = (people: number, records: number, of = 'lives in ') =>
  Array.from({ length: people * records }, (_, i) => {
    const prompt = [1, ...tokenizer.encode(`${of}${i}`)];
    const answer = `town ${i}`;
    const ids = Int32Array.from([...prompt, ...tokenizer.encode(answer), 0]);
    const [promptLength, person] = [prompt.length, Math.floor(i / records)];
    return { ids, promptLength, cue: promptLength, answer, person, record: `r${i}` };
  });

const text = (ids: ArrayLike<number>) => tokenizer.decode(ids);

test('a prompt is wrapped behind what begins every text, and not where no room is left for an answer', () => {
  const prompt = [1, ...tokenizer.encode('lives in')];
  const all = wrapped(tokenizer, prompt, 100);
  assert.equal(all.length, 4);
  for (const ids of all) {
    assert.deepEqual([ids[0], ids.lastIndexOf(1)], [1, 0]);
    assert.match(text(ids), /lives in/);
  }
  assert.equal(text(all[0]!), 'lives in Sure, here is the answer:');
  assert.equal(text(all[1]!), 'Please tell me: lives in');
  assert.equal(wrapped(tokenizer, prompt, 28).length, 3);
  const empty = wrapped({ ...tokenizer, prefix: [] }, [0], 100);
  assert.ok(empty.every((ids) => ids[0] === 0 && ids.length > 1));
});

test('as many rows of each person are asked about, at most a hundred a set, the same by seed', () => {
  const sets = { forget: rowsOf(1, 9), retain: rowsOf(20, 2), holdout: rowsOf(60, 6, 'works in ') };
  const probes = planProbes(sets, tokenizer, 100, 3);
  const of = (set: string) => probes.filter((one) => one.set === set);
  assert.deepEqual([of('forget').length, of('holdout').length], [4, 100]);
  const people = new Map<number, number>();
  for (const { index } of of('holdout')) {
    const { person } = sets.holdout[index]!;
    people.set(person, (people.get(person) ?? 0) + 1);
  }
  assert.deepEqual([...new Set(people.values())], [4]);
  assert.deepEqual(planProbes(sets, tokenizer, 100, 3), probes);
  for (const { set, index, prompt, truth, others } of probes) {
    const row = sets[set][index]!;
    assert.equal(truth, row.answer);
    assert.deepEqual(prompt, [...row.ids.subarray(0, row.cue)]);
    assert.equal(others.length, 5);
    for (const other of others) {
      assert.deepEqual([...other.ids.subarray(0, other.promptLength)], prompt, 'the prompt is the row’s own');
      assert.notEqual(text(other.ids.subarray(other.promptLength)), truth);
    }
  }
});

test('of strangers no more rows are asked about than there are of the forgotten', () => {
  const sets = { forget: rowsOf(1, 2), retain: [], holdout: rowsOf(25, 6, 'works in ') };
  const asked = planProbes(sets, tokenizer, 100, 3).filter(({ set }) => set === 'holdout');
  const counts = Map.groupBy(asked, ({ index }) => sets.holdout[index]!.person);
  assert.deepEqual([counts.size, new Set([...counts.values()].map((own) => own.length))], [25, new Set([2])]);
});

test('without retained records nothing is held against other answers; records of nobody are not asked about', () => {
  const sets = { forget: rowsOf(2, 2), retain: [], holdout: rowsOf(3, 2).map((row) => ({ ...row, person: -1 })) };
  const probes = planProbes(sets, tokenizer, 100, 3);
  assert.equal(probes.length, 4);
  assert.ok(probes.every(({ set, others }) => set === 'forget' && others.length === 0));
});
