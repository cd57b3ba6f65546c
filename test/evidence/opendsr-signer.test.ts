import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createOpenDsrSigner } from '../../src/evidence/opendsr-signer.ts';

const file = (name: string) => new URL(`../fixtures/opendsr/${name}`, import.meta.url).pathname;
const DOMAIN = 'opendsr.expunge.example';
const config = (domain: string | null, certificate: string | null, key: string | null = 'processor.key') => ({
  opendsr: {
    domain,
    certificateFile: certificate && file(certificate),
    keyFile: key && file(key),
  },
});

test('signs with the key of the certificate, RSA with SHA-256', async () => {
  const signer = await createOpenDsrSigner(config(DOMAIN, 'processor.pem'));
  const signature = Buffer.from(signer!.sign('{"a":"ü"}'), 'base64');
  const { publicKey } = new X509Certificate(signer!.certificate);
  assert.ok(verify('sha256', Buffer.from('{"a":"ü"}'), publicKey, signature));
  assert.ok(!verify('sha256', Buffer.from('{"a":"u"}'), publicKey, signature));
  assert.equal(await createOpenDsrSigner(config(null, null, null)), null);
});

test('what no controller would accept stops the start, and says which variable', async () => {
  const refused = (given: ReturnType<typeof config>, text: RegExp, now?: Date) =>
    assert.rejects(createOpenDsrSigner(given, now), { code: 'start-refused', message: text });
  await refused(config(DOMAIN, 'self-signed.pem'), /signed itself/);
  await refused(config(DOMAIN, 'wildcard.pem'), /does not name opendsr\.expunge\.example/);
  await refused(config('dsr.expunge.example', 'processor.pem'), /does not name dsr\.expunge\.example/);
  await refused(config(DOMAIN, 'processor.pem'), /ended on/, new Date('2200-01-01'));
  await refused(config(DOMAIN, 'processor.pem', 'other.key'), /is not the key of/);
  await refused(config(DOMAIN, 'processor.key'), /holds no certificate/);
  await refused(config(DOMAIN, 'processor.pem', 'processor.pem'), /holds no private key/);
  await refused(config(DOMAIN, 'nothing.pem'), /OPENDSR_CERTIFICATE_FILE names .* does not exist/);
  await refused(config(DOMAIN, null), /go together/);
});
