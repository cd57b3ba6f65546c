import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainFailure } from '../../src/compute/failure.ts';
import { ExpungeError } from '../../src/errors.ts';

test('our own errors keep code and text; any other text stays inside', () => {
  assert.deepEqual(explainFailure(new ExpungeError('recipe-missing', 'No recipe here')), {
    code: 'recipe-missing',
    message: 'No recipe here',
  });
  const quoting = explainFailure(new SyntaxError('Unexpected token J in "Jane Doe was born"'));
  assert.equal(quoting.code, 'compute-failed');
  assert.doesNotMatch(quoting.message, /Jane/);
  assert.equal(explainFailure('a string').code, 'compute-failed');
});

test('a want of memory is told from other failures, in the words of each runtime', () => {
  for (const text of [
    'Failed to allocate memory for requested buffer of size 103079215104',
    'std::bad_alloc',
    'Array buffer allocation failed',
    'Device is lost: VK_ERROR_OUT_OF_DEVICE_MEMORY, out of memory',
  ])
    assert.equal(explainFailure(new Error(text)).code, 'out-of-memory', text);
});

test('a full disk is told from other failures', () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write '/x'"), { code: 'ENOSPC' });
  assert.equal(explainFailure(full).code, 'insufficient-storage');
  assert.doesNotMatch(explainFailure(full).message, /\/x/);
  const closed = Object.assign(new Error('EACCES'), { code: 'EACCES' });
  assert.equal(explainFailure(closed).code, 'compute-failed');
});
