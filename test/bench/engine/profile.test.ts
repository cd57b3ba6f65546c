import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatorTimes, type ProfileEvent } from '../../../bench/engine/profile.ts';

const run = (ts: number, dur: number): ProfileEvent => ({ cat: 'Session', name: 'model_run', ts, dur });
const kernel = (operator: string, ts: number, dur: number): ProfileEvent => ({
  ...{ cat: 'Node', name: `${operator}_7_kernel_time`, ts, dur, args: { op_name: operator } },
});

test('time by operator is of one step, without the first run, and adds up to the run', () => {
  const first = [kernel('MatMul', 1, 900), run(0, 1000)];
  const second = [kernel('MatMul', 2001, 60), kernel('Mul', 2070, 5), kernel('Mul', 2080, 5), run(2000, 100)];
  const third = [kernel('MatMul', 3001, 80), kernel('Mul', 3085, 5), kernel('Mul', 3092, 5), run(3000, 100)];
  assert.deepEqual(operatorTimes([...first, ...second, ...third]), [
    { operator: 'MatMul', calls: 1, seconds: 70e-6, share: 0.7 },
    { operator: '(between operators)', calls: 0, seconds: 20e-6, share: 0.2 },
    { operator: 'Mul', calls: 2, seconds: 10e-6, share: 0.1 },
  ]);
});

test('what runs inside an operator is counted once, and by the name of both', () => {
  const scan = [kernel('Scan', 1000, 50), kernel('Mul', 1000, 20), kernel('Mul', 1020, 20), kernel('Add', 1050, 50)];
  assert.deepEqual(
    operatorTimes([run(0, 500), ...scan, run(1000, 100)]).map(({ operator, calls, share }) => [operator, calls, share]),
    [
      ['Add', 1, 0.5],
      ['Mul in Scan', 2, 0.4],
      ['Scan', 1, 0.1],
      ['(between operators)', 0, 0],
    ],
  );
});

test('one run alone says nothing of the ones that follow', () => {
  assert.throws(() => operatorTimes([kernel('MatMul', 1, 900), run(0, 1000)]), /fewer than two runs/);
});
