import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { grouped } from '../../src/store/groups.ts';

function ledgerOf(wrong: (input: string) => Error | null = () => null) {
  const commits: string[][] = [];
  const add = grouped<string, string>({
    kind: (input) => input.slice(0, 1),
    uncertain: (error) => (error as Error).message === 'away',
    async commit(inputs) {
      for (let i = 0; i < 5; i++) await turn();
      for (const input of inputs) {
        const error = wrong(input);
        if (error) throw error;
      }
      commits.push([...inputs]);
      return inputs.map((input) => `done ${input}`);
    },
  });
  return { commits, add };
}

test('what is asked for while a group is committed goes into the next one, in order, and one kind at a time', async () => {
  const { commits, add } = ledgerOf();
  const first = ['a1', 'a2'].map(add);
  // the group begins after a turn, and is at it for some
  for (let i = 0; i < 3; i++) await turn();
  const answers = await Promise.all([...first, ...['a3', 'b1', 'a4', 'b2'].map(add)]);
  assert.deepEqual(answers, ['done a1', 'done a2', 'done a3', 'done b1', 'done a4', 'done b2']);
  assert.deepEqual(commits, [
    ['a1', 'a2'],
    ['a3', 'a4'],
    ['b1', 'b2'],
  ]);
});

test('an answer comes after the commit that holds it, and a large crowd takes more than one', async () => {
  const { commits, add } = ledgerOf();
  const all = Array.from({ length: 300 }, (_, i) =>
    add(`a${i}`).then(() => assert.ok(commits.flat().includes(`a${i}`))),
  );
  await Promise.all(all);
  assert.deepEqual(
    commits.flat(),
    Array.from({ length: 300 }, (_, i) => `a${i}`),
  );
  assert.equal(commits.length, 2);
});

test('what is wrong with one fails no other', async () => {
  const { commits, add } = ledgerOf((input) => (input === 'a2' ? new Error('wrong') : null));
  const settled = await Promise.allSettled(['a1', 'a2', 'a3'].map(add));
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(commits, [['a1'], ['a3']]);
  assert.equal(await add('a4'), 'done a4');
});

test('where the commit may have happened, nothing is done again', async () => {
  let asked = 0;
  const { add } = ledgerOf(() => {
    asked++;
    return new Error('away');
  });
  const settled = await Promise.allSettled(['a1', 'a2'].map(add));
  assert.ok(settled.every(({ status }) => status === 'rejected'));
  assert.equal(asked, 1);
});

test('with two at once the second group is made while the first is committed, and a third waits', async () => {
  const under: { inputs: string[]; end: () => void }[] = [];
  const ask = grouped<string, string>({
    kind: () => '',
    uncertain: () => true,
    atOnce: 2,
    commit: (inputs) => new Promise((resolve) => under.push({ inputs: [...inputs], end: () => resolve([...inputs]) })),
  });
  const answers: Promise<string>[] = [];
  for (const input of ['a', 'b', 'c', 'd']) {
    answers.push(ask(input));
    for (let i = 0; i < 3; i++) await turn();
  }
  assert.deepEqual(
    under.map(({ inputs }) => inputs),
    [['a'], ['b']],
  );
  under[1]!.end();
  assert.equal(await answers[1], 'b');
  await turn();
  assert.deepEqual(under[2]?.inputs, ['c', 'd']);
  under[0]!.end();
  under[2]!.end();
  assert.deepEqual(await Promise.all(answers), ['a', 'b', 'c', 'd']);
});
