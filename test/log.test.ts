import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpungeError } from '../src/errors.ts';
import { createLogger, describeError } from '../src/log.ts';

const EMAIL = 'mirela.tandor@example.org';

function captured() {
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'trace' }, { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

test('private fields are redacted at the top and one level below', () => {
  const { log, lines } = captured();
  log.info(
    {
      body: EMAIL,
      identifiers: [EMAIL],
      headers: { authorization: EMAIL },
      made: { secret: EMAIL, token: EMAIL, text: EMAIL },
      request: { body: EMAIL },
    },
    'x',
  );
  assert.doesNotMatch(lines.join(''), /mirela/);
  assert.match(lines.join(''), /redacted/);
});

test('an error is logged by type, code and frames; messages that quote data are left out', () => {
  const { log, lines } = captured();
  const sql = Object.assign(new Error(`duplicate key (${EMAIL})`), { code: '23505', constraint: 'c', detail: EMAIL });
  log.error({ err: sql }, 'failed');
  log.error({ err: new Error('outer', { cause: sql }) }, 'failed');
  assert.throws(
    () => JSON.parse(EMAIL),
    (error) => {
      log.error({ err: error }, 'failed');
      return true;
    },
  );
  assert.doesNotMatch(lines.join(''), /mirela/);
  assert.match(lines[0]!, /"code":"23505","constraint":"c"/);
  assert.equal(describeError(new ExpungeError('internal', 'our own words')).message, 'our own words');
});
