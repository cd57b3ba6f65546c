import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Facts, findingsOf, type KeyFile } from '../../../src/cli/doctor/findings.ts';

const key = (change: Partial<KeyFile>): KeyFile => ({
  ...{ name: 'signing', mode: 0o100600, named: false, secret: true, used: false },
  ...change,
});
const lost = { name: 'subject acme 2', mode: null };
const cutOff = { check: 'restore', reason: 'A restore was cut off', remedy: 'Run it again.' };

const healthy: Facts = {
  node: '24.21.0',
  backend: { name: 'onnxruntime/cuda', device: 'a GPU' },
  redis: { up: true },
  database: { embedded: false, state: 'up', pending: [], skew_seconds: 0.2 },
  refusals: [],
  keys: [key({}), key({ name: 'signing 1', mode: 0o100644, secret: false })],
  rooms: [{ setting: 'CORPUS_DIR', room: { dir: '/d', writable: true, free_bytes: 5e9 } }],
  min_free_bytes: 1e9,
  auth: { required: true, host: '127.0.0.1', refused: null },
  traces: 'collector.example.org:4318',
};

test('a machine that has everything is told so, with nothing to do', () => {
  for (const finding of findingsOf(healthy))
    assert.deepEqual([finding.level, finding.remedy], ['ok', null], finding.check);
});

test('each thing that is wrong is found by its check, with a remedy', () => {
  const down = { embedded: false, state: 'down', reason: 'Postgres does not answer' } as const;
  const cases: [change: Partial<Facts>, check: string, level: string, found: RegExp][] = [
    [{ node: '20.20.2' }, 'node', 'problem', /20\.20\.2/],
    [{ backend: { reason: 'no such backend' } }, 'backend', 'problem', /no such/],
    [{ backend: { name: 'onnxruntime/cpu', device: 'two cores' } }, 'backend', 'note', /two cores/],
    [{ redis: { reason: 'Redis does not answer' } }, 'queue', 'problem', /Redis/],
    [{ database: { embedded: true, state: 'absent' } }, 'database', 'note', /none yet/],
    [{ database: down }, 'database', 'problem', /does not answer/],
    [{ database: { ...healthy.database, pending: ['999-x'] } as Facts['database'] }, 'database', 'note', /999-x/],
    [{ database: { ...healthy.database, skew_seconds: -61 } as Facts['database'] }, 'clock', 'problem', /61\.0 s/],
    [{ keys: [key({ mode: 0o100644 })] }, 'signing key', 'problem', /0644/],
    [{ keys: [key({ mode: null })] }, 'signing key', 'note', /none yet/],
    [{ keys: [key({ mode: null, named: true })] }, 'signing key', 'problem', /does not exist/],
    [{ keys: [key({ ...lost, used: true })] }, 'subject acme 2 key', 'problem', /does not start/],
    [{ keys: [key({ ...lost, used: null })] }, 'subject acme 2 key', 'note', /does not say/],
    [{ refusals: [cutOff] }, 'restore', 'problem', /cut off/],
    [{ min_free_bytes: 6e9 }, 'CORPUS_DIR', 'problem', /5000 MB left/],
    [{ auth: { required: false, host: '127.0.0.1', refused: null } }, 'auth', 'note', /everything/],
    [{ auth: { required: false, host: '0.0.0.0', refused: 'AUTH is none' } }, 'auth', 'problem', /AUTH is none/],
  ];
  for (const [change, check, level, found] of cases) {
    const all = findingsOf({ ...healthy, ...change });
    const finding = all.find((one) => one.check === check);
    assert.equal(finding?.level, level, check);
    assert.match(String(finding?.found), found);
    assert.ok(finding?.remedy, check);
    assert.ok(
      all.every((one) => one.check === check || one.level === 'ok'),
      check,
    );
  }
});

test('where traces go is said, and that they go nowhere', () => {
  const found = (traces: string | null) => findingsOf({ ...healthy, traces }).find(({ check }) => check === 'traces');
  assert.equal(found(healthy.traces)?.found, 'go to collector.example.org:4318');
  assert.deepEqual([found(null)?.level, found(null)?.remedy], ['ok', null]);
  assert.match(String(found(null)?.found), /OTEL_EXPORTER_OTLP_ENDPOINT/);
});

test('no Redis is no lack, and what that means is said', () => {
  const finding = findingsOf({ ...healthy, redis: null }).find(({ check }) => check === 'queue');
  assert.deepEqual([finding?.level, finding?.remedy], ['ok', null]);
  assert.match(String(finding?.found), /Postgres.*by each process alone/);
});
