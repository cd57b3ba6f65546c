import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAskedShares } from '../../src/training/asked-shares.ts';

const PLACE = { least: 0.42, most: 0.55 };
const person = (nll: number) => ({ nll, target: 5, short: 0 });

describe('what is asked of each person', () => {
  test('is the first share of all, and then their own, the same for all of their rows', () => {
    const asked = createAskedShares([[0, 2], [1]], { firstShare: 0.8, calibrated: true });
    assert.deepEqual(asked.ofRows, [0.8, 0.8, 0.8]);
    asked.adapt([person(4.5), person(4.5)], [0.9, 0.5], [PLACE, PLACE]);
    assert.deepEqual(asked.ofRows, [0.8 * 1.05, 0.8, 0.8 * 1.05]);
    assert.deepEqual([asked.ofPerson(0), asked.ofPerson(1)], [0.8 * 1.05, 0.8]);
  });

  test('grows once somebody rests a little below it, step by step', () => {
    const asked = createAskedShares([[0]], { firstShare: 0.8, calibrated: true });
    const look = () => asked.adapt([person(3.9)], [0.9], [PLACE]);
    for (let i = 0; i < 19; i++) look();
    assert.equal(asked.ofPerson(0), 0.8);
    look();
    assert.equal(asked.ofPerson(0), 0.8 * 1.05);
    look();
    assert.equal(asked.ofPerson(0), 0.8 * 1.05, 'the next one has its time too');
  });

  test('is all of the target where nobody is a stranger, however long it takes', () => {
    const asked = createAskedShares([[0]], { firstShare: 0.8, calibrated: false });
    for (let i = 0; i < 50; i++) asked.adapt([person(4.8)], [1], [PLACE]);
    assert.deepEqual(asked.ofRows, [1]);
  });
});
