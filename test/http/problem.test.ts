import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpungeError, PROBLEMS, type ProblemCode } from '../../src/errors.ts';
import { isUnavailable, problemOf, toExpungeError } from '../../src/http/problem.ts';

const ID = '0198a000-0000-7000-8000-000000000001';

test('every code of the table makes a problem document', () => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const problem = problemOf(new ExpungeError(code, 'detail', { extra: { existing: '/v1/runs/1' } }), ID);
    assert.equal(problem.type, `/problems/${code}`);
    assert.equal(problem.status, PROBLEMS[code][0]);
    assert.equal(problem.instance, `urn:uuid:${ID}`);
    if (problem.status < 500) assert.equal(problem.existing, '/v1/runs/1');
  }
});

test('what is not expected says nothing about the inside', () => {
  const secret = Object.assign(new Error('duplicate key (mirela@example.org)'), { code: '23505' });
  const text = JSON.stringify(problemOf(toExpungeError(secret), ID));
  assert.match(text, /"code":"internal"/);
  assert.doesNotMatch(text, /mirela|duplicate|23505/);
  const crashed = new ExpungeError('compute-crashed', 'signal 9 in /data/candidates', {
    extra: { path: '/data/candidates' },
  });
  assert.doesNotMatch(JSON.stringify(problemOf(crashed, ID)), /data\/candidates/);
});

test('a store that is away is told from a fault of ours', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  assert.ok(isUnavailable(refused));
  assert.ok(isUnavailable(new Error('query', { cause: refused })));
  assert.ok(isUnavailable(new AggregateError([refused])));
  assert.ok(isUnavailable(Object.assign(new Error('shutdown'), { code: '57P01' })));
  assert.ok(isUnavailable(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'connect' })));
  assert.ok(!isUnavailable(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' })));
  assert.ok(!isUnavailable(Object.assign(new Error('x'), { code: '23505' })));
  assert.ok(!isUnavailable('a string'));
});
