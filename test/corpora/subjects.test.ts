import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mistyped, NORMALISER_VERSION, normalise } from '../../src/corpora/subjects.ts';
import { anyText } from '../helpers/any-text.ts';

test('one person written in several ways is one person', () => {
  const same: [string, string[]][] = [
    ['email', ['mirela.tandor@example.org', ' Mirela.Tandor@EXAMPLE.org\n', 'ｍirela.tandor@example.org']],
    ['phone', ['+41791234567', '0041 79 123 45 67', '+41 (0)79 123-45-67', '＋41 79 1234567']],
    ['name', ['mirela strasse', '  Mirela\t STRASSE ', 'MIRELA Straße', 'Mirela\u00a0Straße']],
    ['customer_id', ['ab-12', 'AB-12 ']],
    ['name', ['οδυσσευσ', 'ΟΔΥΣΣΕΥΣ', 'οδυσσευς']],
  ];
  for (const [type, forms] of same)
    assert.equal(new Set(forms.map((form) => normalise(type, form))).size, 1, `${type}: ${forms}`);
});

test('different people stay different', () => {
  assert.notEqual(normalise('phone', '079 123 45 67'), normalise('phone', '+079 123 45 67'));
  assert.notEqual(normalise('email', 'a.b@example.org'), normalise('email', 'ab@example.org'));
  assert.notEqual(normalise('name', 'ırmak'), normalise('name', 'irmak'));
});

test('an identifier that normalises to nothing is refused without being repeated', () => {
  for (const [type, value] of [
    ['phone', '+'],
    ['phone', 'none'],
    ['email', ' \t'],
    ['name', '\u00a0'],
  ] as const)
    assert.throws(() => normalise(type, value), { code: 'validation-failed' });
});

test('what nobody is found by is told from what only looks odd', () => {
  const odd = [
    ['email', ' Ada@example.org '],
    ['email', 'o’brien+news@mail.example'],
    ['email', '"a b@c"@example.org'],
    ['email', 'ада@пример.рф'],
    ['email', 'ada@[IPv6:2001:db8::1]'],
    ['phone', '112'],
    ['phone', '+41 (0)79 123 45 67 ext. 5'],
    ['customer_id', 'not an address'],
    ['toString', 'x'],
  ] as const;
  for (const [type, value] of odd) assert.equal(mistyped(type, value), null, value);
  const wrong = [
    ['email', 'not an address'],
    ['email', '@example.org'],
    ['email', 'ada@'],
    ['email', 'ada@example org'],
    ['email', 'Ada <ada@example.org>'],
    ['email', 'mailto:ada@example.org'],
    ['email', 'ada@example.org.'],
    ['email', 'ada@exam\u200bple.org'],
    ['email', '+41 79 123 45 67'],
    ['phone', 'ada1@example.org'],
  ] as const;
  for (const [type, value] of wrong) {
    const why = mistyped(type, value);
    assert.match(why ?? '', /^is no (e-mail address|telephone number): /);
    assert.ok(!why!.includes(value), 'the value is not repeated');
  }
});

test('capital and small sharp s are one letter, and two s', () => {
  const forms = ['STRAẞE', 'Straße', 'strasse', 'STRASSE'].map((name) => normalise('name', name));
  assert.deepEqual(new Set(forms), new Set(['strasse']));
});

test('normalising twice changes nothing, whatever letter of the scripts that have capitals', () => {
  for (let code = 0; code < 0x1_f000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const letter = `a${String.fromCodePoint(code)}`;
    const once = normalise('name', letter);
    if (normalise('name', once) !== once) assert.fail(`U+${code.toString(16)}`);
  }
});

test('normalising twice changes nothing', () => {
  const type = fc.constantFrom('email', 'phone', 'name', 'customer_id');
  fc.assert(
    fc.property(type, anyText(), (kind, text) => {
      let once: string;
      try {
        once = normalise(kind, text);
      } catch {
        return;
      }
      assert.equal(normalise(kind, once), once);
    }),
    { numRuns: 5000 },
  );
});

test('the rules are version 2', () => assert.equal(NORMALISER_VERSION, 2));
