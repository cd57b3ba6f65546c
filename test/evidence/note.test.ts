import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { checkpointText, originOf, parseHead, verifyCheckpoint } from '../../src/evidence/checkpoint-note.ts';
import { formatNote, openNote, verifierKey } from '../../src/evidence/note.ts';

/** The example of Go's package golang.org/x/mod/sumdb/note, which the form comes from. */
const GO = {
  key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  note: `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`,
};
const goX = Buffer.from(GO.key.split('+').slice(2).join('+'), 'base64').subarray(1).toString('base64url');

function newKey(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' }) as { x: string };
  const note = (text: string, name: string) => formatNote(text, name, x, sign(null, Buffer.from(text), privateKey));
  return { note, jwk: { kty: 'OKP', crv: 'Ed25519', x, kid } };
}

test('a note that Go signed opens, and its key is written as Go writes it', () => {
  const opened = openNote(GO.note, 'PeterNeumann', [{ kid: 'go', x: goX }]);
  assert.deepEqual(opened, { ok: true, kid: 'go', text: GO.note.slice(0, GO.note.indexOf('\n\n') + 1) });
  assert.equal(verifierKey('PeterNeumann', goX), GO.key);
});

test('a checkpoint says what was signed; after a rotation the older key still opens it', () => {
  const [older, newer, foreign] = [newKey('1'), newKey('2'), newKey('3')];
  const head = { origin: originOf(`sha256:${'ab'.repeat(32)}`), size: 1234, root: Buffer.alloc(32, 7) };
  const note = older.note(checkpointText(head), head.origin);
  const jwks = { keys: [newer.jwk, older.jwk, { kty: 'RSA', kid: '9', n: 'AQ', e: 'AQAB' }] };
  assert.deepEqual(verifyCheckpoint(note, jwks), { ok: true, head, kid: '1' });
  assert.equal(verifyCheckpoint(note, { keys: [newer.jwk] }).ok, false);
  // witnesses add lines of their own, and may stand before ours
  const [witness] = foreign.note(checkpointText(head), 'witness.example/w').split('\n').slice(-2);
  const [text, ours] = note.split('\n\n');
  assert.ok(verifyCheckpoint(`${text}\n\n${witness}\n${ours}`, jwks).ok);
});

test('every byte of a checkpoint counts', () => {
  const key = newKey('1');
  const head = { origin: originOf(`sha256:${'ab'.repeat(32)}`), size: 1234, root: Buffer.alloc(32, 7) };
  const note = Buffer.from(key.note(checkpointText(head), head.origin));
  for (const i of note.keys()) {
    const changed = Buffer.from(note);
    changed[i]! ^= 1;
    assert.equal(verifyCheckpoint(changed.toString('utf8'), { keys: [key.jwk] }).ok, false, `byte ${i}`);
  }
  for (const wrong of ['', '\n', 'x\n\n', String(note).trimEnd(), `${note}\n`, `\n${note}`])
    assert.equal(verifyCheckpoint(wrong, { keys: [key.jwk] }).ok, false);
});

test('what is signed but says no tree is no checkpoint', () => {
  const key = newKey('1');
  const root = Buffer.alloc(32, 7).toString('base64');
  for (const text of [
    'o\n01\nAA==\n',
    `o\n01\n${root}\n`,
    `o\n-1\n${root}\n`,
    `o\n1\n${root}\nmore\n`,
    `o\n1\n${root}`,
  ])
    assert.equal(parseHead(text), null, text);
  assert.deepEqual(verifyCheckpoint(key.note('o\n1\nAA==\n', 'o'), { keys: [key.jwk] }), {
    ok: false,
    reason: 'it is not a checkpoint',
  });
});
