import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTraceparent, writeTraceparent } from '../../src/tracing/traceparent.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

test('reads what it writes, and of the flags whether the trace is kept', () => {
  const read = readTraceparent(`00-${trace}-${span}-01`);
  assert.deepEqual(read, { traceId: trace, spanId: span, traceFlags: 1 });
  assert.equal(writeTraceparent(read!), `00-${trace}-${span}-01`);
  assert.equal(readTraceparent(`00-${trace}-${span}-02`)?.traceFlags, 0);
  assert.equal(readTraceparent(`cc-${trace}-${span}-01-what the future brings`)?.traceId, trace);
});

test('anything else begins a trace of its own', () => {
  const zeros = (length: number) => '0'.repeat(length);
  for (const text of [
    ...['', 'jonas@example.org', `00-${trace}-${span}`, `00-${trace}-${span}-01-more`, `ff-${trace}-${span}-01`],
    ...[`00-${zeros(32)}-${span}-01`, `00-${trace}-${zeros(16)}-01`, `00-${trace.toUpperCase()}-${span}-01`],
  ])
    assert.equal(readTraceparent(text), null, text);
});
