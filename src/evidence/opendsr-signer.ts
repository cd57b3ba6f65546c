// Signs answers and callbacks of OpenDSR with the key of a certificate for our domain. What no controller would accept stops the start.
import { createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { Config } from '../config.ts';
import { ExpungeError } from '../errors.ts';
import type { OpenDsrSigner } from '../runs/ports.ts';
import { requireKeyFile } from './key-file.ts';

const refuse = (why: string, cause?: unknown) => new ExpungeError('start-refused', why, { cause });

function readCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw refuse(`OPENDSR_CERTIFICATE_FILE ${path} holds no certificate in PEM`, error);
  }
}

function readKey(pem: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw refuse(`OPENDSR_KEY_FILE ${path} holds no private key in PEM without a passphrase`, error);
  }
}

/** OpenDSR 2.0: issued by somebody else, for this very domain, and in force. */
function check(certificate: X509Certificate, key: KeyObject, domain: string, now: Date): void {
  const file = 'OPENDSR_CERTIFICATE_FILE';
  if (certificate.checkIssued(certificate)) throw refuse(`${file} signed itself; have an authority issue it`);
  if (certificate.checkHost(domain, { wildcards: false, subject: 'never' }) === undefined)
    throw refuse(`${file} does not name ${domain} (OPENDSR_DOMAIN) as an alternative name; one with * does not count`);
  if (Date.parse(certificate.validTo) <= now.getTime())
    throw refuse(`${file} ended on ${certificate.validTo}; renew it`);
  if (!certificate.checkPrivateKey(key)) throw refuse(`OPENDSR_KEY_FILE is not the key of ${file}`);
  if (!['rsa', 'ec'].includes(key.asymmetricKeyType ?? '')) throw refuse('OPENDSR_KEY_FILE must hold an RSA or EC key');
}

/** Null where OpenDSR is not configured. Throws `start-refused`. */
export async function createOpenDsrSigner(
  { opendsr }: Pick<Config, 'opendsr'>,
  now: Date = new Date(),
): Promise<OpenDsrSigner | null> {
  const { domain, certificateFile, keyFile } = opendsr;
  if (domain === null && certificateFile === null && keyFile === null) return null;
  if (domain === null || certificateFile === null || keyFile === null)
    throw refuse('OPENDSR_DOMAIN, OPENDSR_CERTIFICATE_FILE and OPENDSR_KEY_FILE go together; set all three or none');
  const remedy = 'put it there, or unset all three';
  const pem = (await requireKeyFile(certificateFile, 'OPENDSR_CERTIFICATE_FILE', remedy)).toString('utf8');
  const certificate = readCertificate(pem, certificateFile);
  const key = readKey(await requireKeyFile(keyFile, 'OPENDSR_KEY_FILE', remedy), keyFile);
  check(certificate, key, domain, now);
  return { domain, certificate: pem, sign: (body) => sign('sha256', Buffer.from(body), key).toString('base64') };
}
