import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { lateChild } from '../../src/http/request-log.ts';

test('a child is made by its first line, once, and writes what one made at once would', () => {
  const lines: Record<string, unknown>[] = [];
  let made = 0;
  const parent = pino(
    { level: 'info', base: null, timestamp: false, onChild: () => made++ },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const log = lateChild(parent, { req_id: 'a' });
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent', 'child'] as const)
    assert.equal(typeof log[level], 'function');
  assert.equal(made, 0);
  log.warn({ state: 'queued' }, 'first');
  log.info('second');
  log.debug('not at this level');
  assert.equal(made, 1);
  assert.equal(log.level, 'info');
  log.child({ run: 'b' }).error('third');
  assert.deepEqual(lines, [
    { level: 40, req_id: 'a', state: 'queued', msg: 'first' },
    { level: 30, req_id: 'a', msg: 'second' },
    { level: 50, req_id: 'a', run: 'b', msg: 'third' },
  ]);
});
