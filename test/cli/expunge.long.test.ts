import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as commands from '../../src/cli/registry.ts';
import type { InclusionProof } from '../../src/domain/ledger.ts';
import { entryLeaf, GENESIS_HASH, ledgerHash } from '../../src/evidence/ledger.ts';
import { formatProof } from '../../src/evidence/ledger-proof.ts';
import { certificateDigest } from '../../src/evidence/recorded.ts';
import { createSigner } from '../../src/evidence/signer.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import { searchInput, unlearningInput } from '../evidence/statement-fixture.ts';
import { runCli } from './run-cli.ts';

let folder: string;
let jws: string;
let jwks: string;
let file: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'expunge-cli-'));
  const signer = await createSigner({
    keys: { dir: join(folder, 'keys'), subjectKeyFile: null, signingKeyFile: null },
  });
  jws = await signer.sign(buildStatement(unlearningInput()));
  jwks = JSON.stringify(await signer.jwks());
  file = join(folder, 'certificate.jws');
  await writeFile(file, `${jws}\n`);
  await writeFile(join(folder, 'jwks.json'), jwks);
  await writeFile(join(folder, 'search.jws'), await signer.sign(buildStatement(searchInput())));
});
after(() => rm(folder, { recursive: true }));

test('help lists every command, and every command has help', async () => {
  const { code, out } = await runCli(['--help']);
  assert.equal(code, 0);
  for (const { name } of Object.values(commands)) assert.ok(out.includes(`  ${name}`), name);
  const help = await runCli(['certificate', 'verify', '--help']);
  assert.equal(help.code, 0);
  assert.match(help.out, /--jwks FILE\|URL/);
});

test('wrong usage exits 2 and says what to do', async () => {
  const cases: [string[], RegExp][] = [
    [[], /Usage: expunge/],
    [['frobnicate'], /There is no command frobnicate/],
    [['certificate'], /Did you mean certificate show or certificate verify/],
    [['certificate', 'verify'], /FILE is missing/],
    [['version', 'extra'], /no place for "extra"/],
    [['version', '--loud'], /--loud/],
    [['train'], /--corpus is missing/],
    [['train', '--corpus', 'x', '--out', 'y', '--steps', '1.5'], /--steps must be a whole number/],
    [['train', '--corpus', 'x', '--out', 'y', '--heads', '5'], /--width 192 must be a multiple of --heads 5/],
    [
      ['train', '--corpus', 'x', '--out', 'y', '--layers-model', 'z', '--width', '8'],
      /--width is for a language model/,
    ],
    [['train', '--corpus', 'x', '--out', 'y', '--lora-targets', 'c_attn'], /--lora-targets needs --lora-rank/],
    [['adapter', 'merge', '--base', 'b', '--adapter', 'a', '--out', './b'], /--out must be another folder than --base/],
    [['certificate', 'verify', join(folder, 'absent.jws')], /absent\.jws cannot be read \(ENOENT\)/],
  ];
  const results = await Promise.all(cases.map(([words]) => runCli(words)));
  results.forEach(({ code, err }, i) => {
    assert.equal(code, 2, cases[i]![0].join(' '));
    assert.match(err, cases[i]![1]);
    assert.doesNotMatch(err, /\n {4}at /);
  });
});

test('version prints the release', async () => {
  const { code, out } = await runCli(['version']);
  assert.equal(code, 0);
  assert.match(out, /^expunge \d+\.\d+\.\d+\nnode \d+/);
});

test('a good certificate verifies offline with the key set beside it', async () => {
  const { code, out, err } = await runCli(['certificate', 'verify', file]);
  assert.equal(err, '');
  assert.equal(code, 0);
  for (const fact of ['letters', 'npo', 'empirical', 'passed', '2026-03-03', 'exact-memorization', 'not attest'])
    assert.ok(out.includes(fact), fact);
  const search = await runCli(['certificate', 'verify', join(folder, 'search.jws')]);
  assert.equal(search.code, 0);
  assert.match(search.out, /no training record matched/);
});

test('a changed certificate exits 1 with the reason', async () => {
  const at = Math.floor(jws.length / 2);
  const changed = jws.slice(0, at) + String.fromCharCode(jws.charCodeAt(at) ^ 1) + jws.slice(at + 1);
  const path = join(folder, 'changed.jws');
  await writeFile(path, changed);
  const { code, out, err } = await runCli(['certificate', 'verify', path]);
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(err, /^expunge: The certificate does not verify: /);
  const json = await runCli(['certificate', 'verify', path, '--json']);
  assert.equal(json.code, 1);
  assert.equal(JSON.parse(json.out).ok, false);
});

test('the key set comes from a URL too, and the certificate from the JSON of the API', async (t) => {
  const server = createServer((_request, response) => response.end(jwks));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  const resource = join(folder, 'resource.json');
  await writeFile(resource, JSON.stringify({ id: 'x', jws }));
  const url = `http://127.0.0.1:${address.port}/jwks.json`;
  const { code, out } = await runCli(['certificate', 'verify', resource, '--jwks', url, '--json']);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).statement.predicate.guarantee.class, 'empirical');
});

/** The first and only entry of a ledger, which records the certificate, and a checkpoint over it. */
async function record(signer: Awaited<ReturnType<typeof createSigner>>): Promise<InclusionProof> {
  const { certificate_id } = buildStatement(unlearningInput()).predicate;
  const data = { certificate_id, digest: certificateDigest(jws) };
  const about = {
    seq: 1,
    at: '2026-11-26T12:00:00.000Z',
    tenant: 'default',
    type: 'certificate.issued',
    actor: 'service',
  };
  const entry = { ...about, data, previous_hash: GENESIS_HASH, hash: ledgerHash(GENESIS_HASH, { ...about, data }) };
  const head = { first: entry.hash, size: 1, root: entryLeaf(entry.hash) };
  return { entry, index: 0, size: 1, hashes: [], checkpoint: (await signer.signTree(head)).checkpoint };
}

test('with a proof the ledger’s signature is checked too, under a key that was rotated since', async () => {
  const env = { KEY_DIR: join(folder, 'rotated') };
  const keys = { dir: env.KEY_DIR, subjectKeyFile: null, signingKeyFile: null };
  await cp(join(folder, 'keys'), env.KEY_DIR, { recursive: true });
  const proof = await record(await createSigner({ keys }));
  const rotated = await runCli(['signing-keys', 'rotate'], env);
  assert.match(rotated.out, /signs from now on .*signing-2\.jwk/);
  assert.match((await runCli(['signing-keys', 'list'], env)).out, /signs .*\n.*retired /);
  const set = join(folder, 'rotated.json');
  await writeFile(set, JSON.stringify(await (await createSigner({ keys })).jwks()));
  const resource = join(folder, 'proved.json');
  await writeFile(resource, JSON.stringify({ jws, proof }));
  const good = await runCli(['certificate', 'verify', resource, '--jwks', set]);
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, /in the ledger: entry 1 of 1, 2026-11-26T12:00:00.000Z, expunge\/ledger\/[0-9a-f]{32}\n/);
  const file = join(folder, 'altered.tlog-proof');
  await writeFile(file, formatProof({ ...proof, entry: { ...proof.entry, actor: 'me' } }));
  const altered = await runCli(['certificate', 'verify', resource, '--jwks', set, '--proof', file]);
  assert.equal(altered.code, 1);
  assert.match(altered.err, /the ledger does not show it: its entry was altered/);
});

test('show prints the statement and says that nothing was checked', async () => {
  const { code, out, err } = await runCli(['certificate', 'show', file]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out)._type, 'https://in-toto.io/Statement/v1');
  assert.match(err, /not checked/);
});

test('export-jwks prints the public keys of the installation', async () => {
  const out = join(folder, 'exported.json');
  const env = { KEY_DIR: join(folder, 'keys') };
  const { code } = await runCli(['keys', 'export-jwks', '--out', out], env);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(await readFile(out, 'utf8')), JSON.parse(jwks));
  const wrong = await runCli(['keys', 'export-jwks'], { ...env, PORT: 'many' });
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /^expunge: PORT .*\nCorrect the configuration/);
});

test('the command is executable', async () => {
  const { mode } = await stat(new URL('../../src/cli/expunge.ts', import.meta.url));
  assert.ok(mode & 0o100);
});
