import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/domain/random.ts';
import { smallestMembershipP } from '../../src/metrics/membership-test.ts';
import { type Kind, makePeople } from './people.ts';

const people = (count: number, kind: Kind, seed = 1) => makePeople(createRandom(seed), count, kind);
const strangers = people(40, 'unseen', 2);

test('whoever is known or was pushed away is told from strangers at once, people never seen are not', () => {
  assert.ok(smallestMembershipP(people(4, 'known'), strangers) < 1e-4);
  assert.ok(smallestMembershipP(people(4, 'over-forgotten'), strangers) < 1e-4);
  assert.ok(smallestMembershipP(people(4, 'unseen'), strangers) > 0.05);
});

test('people count, not their records', () => {
  const [one] = [people(1, 'known')];
  assert.ok(Math.abs(smallestMembershipP(one, strangers) - 2 / 41) < 1e-12);
  assert.equal(smallestMembershipP(one, people(3, 'unseen')), 0.5);
});

test('nobody cannot be told from anybody; what is not finite can', () => {
  const nobody = people(2, 'known').map((row) => ({ ...row, person: -1 }));
  assert.equal(smallestMembershipP(nobody, strangers), 1);
  assert.equal(smallestMembershipP([], strangers), 1);
  assert.equal(smallestMembershipP(people(2, 'known'), []), 1);
  const broken = people(1, 'unseen').map((row) => ({ ...row, logProbs: row.logProbs.map(() => Number.NaN) }));
  assert.equal(smallestMembershipP(broken, strangers), 0);
});
