import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findEmails } from '../../src/corpora/find-emails.ts';

test('addresses are found where they stand, without what stands around them', () => {
  const cases: [string, string[]][] = [
    ['Write to ada.fictive+x@mail.example.org, or call.', ['ada.fictive+x@mail.example.org']],
    ['<bo@example.org>;CY@EXAMPLE.COM.', ['bo@example.org', 'CY@EXAMPLE.COM']],
    ['(jörg@bücher.example) …zoë@example.org…', ['jörg@bücher.example', 'zoë@example.org']],
    ['@ada is no address, nor is ada@ or a@b, nor @@.', []],
    ['two@@example.org and one@example', []],
    ["o'fictive@example.org, 'ada@example.org'", ["o'fictive@example.org", 'ada@example.org']],
  ];
  for (const [given, expected] of cases) assert.deepEqual([...findEmails(given)], expected, given);
});

test('an address that touches other letters is found, beside the other ways to read it', () => {
  const cases: [string, string[]][] = [
    ['请联系ada@example.org谢谢', ['请联系ada@example.org', 'ada@example.org']],
    ['联系 ada@example.org谢谢.再见', ['ada@example.org谢谢.再见', 'ada@example.org']],
    ['メールはbo@example.co.jpまで', ['メールはbo@example.co.jp', 'bo@example.co.jp']],
    ['Write to ada@example.org.Then wait.', ['ada@example.org.Then', 'ada@example.org']],
    ['Write to ada@example.Then wait.', ['ada@example.Then']],
    ['Ada@Example.Org, müller@bücher.example', ['Ada@Example.Org', 'müller@bücher.example']],
    [
      'ada@example.xn--p1ai, bo@пример.рф, cy@mock.vermögensberater',
      ['ada@example.xn--p1ai', 'bo@пример.рф', 'cy@mock.vermögensberater'],
    ],
  ];
  for (const [given, expected] of cases) assert.deepEqual([...findEmails(given)], expected, given);
});

test('text without end is read in time', () => {
  const started = process.cpuUsage();
  for (const part of ['@', 'a', 'a.', '联@', 'a@b.']) [...findEmails(part.repeat(200_000))];
  const { user } = process.cpuUsage(started);
  assert.ok(user < 10e6, `${user / 1e6} s`);
});
