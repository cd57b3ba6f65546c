import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, duration, palette, progressBar, table } from '../../src/cli/terminal.ts';

const recorder = (isTTY: boolean, columns = 60) => {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
};

test('colours only on a terminal and without NO_COLOR', () => {
  assert.equal(palette(recorder(true), {}).red('x'), '\x1b[31mx\x1b[39m');
  assert.equal(palette(recorder(true), { NO_COLOR: '1' }).red('x'), 'x');
  assert.equal(palette(recorder(true), { TERM: 'dumb' }).red('x'), 'x');
  assert.equal(palette(recorder(false), {}).red('x'), 'x');
});

test('columns line up, whatever their colours', () => {
  const { red } = palette(recorder(true), {});
  const text = table(
    [
      ['metric', 'after'],
      [red('rouge'), '0.5'],
      ['exact-memorization', '10'],
    ],
    ['left', 'right'],
  );
  const expected = [
    'metric              after',
    '------------------  -----',
    `${red('rouge')}                 0.5`,
    'exact-memorization     10',
    '',
  ];
  assert.equal(text, expected.join('\n'));
  assert.equal(table([]), '');
});

test('durations read well', () => {
  assert.deepEqual([-1, 0.4, 42, 185, 7800].map(duration), ['0 s', '0 s', '42 s', '3 min 05 s', '2 h 10 min']);
});

test('on a terminal the bar redraws one line that never wraps', () => {
  const out = recorder(true, 40);
  let now = 0;
  const bar = progressBar(out, 'training', () => now);
  bar.update(0, 'a');
  bar.update(0.1, 'too soon');
  now = 100;
  bar.update(0.5, 'a text that is much longer than the window is wide');
  bar.done('trained');
  bar.update(1);
  bar.done('again');
  assert.equal(out.written.length, 4);
  assert.ok(out.written[1]!.startsWith(`\r\x1b[2Ktraining [${'#'.repeat(14)}${'.'.repeat(14)}]`));
  assert.equal(out.written[1]!.length, '\r\x1b[2K'.length + 39);
  assert.deepEqual(out.written.slice(2), ['\r\x1b[2K', 'trained\n']);
});

test('elsewhere it prints a line every few seconds, without control characters', () => {
  const out = recorder(false);
  let now = 0;
  const bar = progressBar(out, 'training', () => now);
  for (; now <= 10_000; now += 100) bar.update(null, `step ${now / 100}`);
  bar.done();
  assert.deepEqual(out.written, ['training  step 0\n', 'training  step 50\n', 'training  step 100\n']);
});

test('sizes are short, in powers of a thousand', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1550, '1.6 kB'],
    [999_600, '1.0 MB'],
    [123_456_789, '123 MB'],
    [2.5e12, '2.5 TB'],
    [4e15, '4000 TB'],
  ];
  for (const [count, text] of cases) assert.equal(bytes(count), text);
});
