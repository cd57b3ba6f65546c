// Keys and signatures by Standard Webhooks 1.0.0: v1 is HMAC-SHA-256, v1a is ed25519, both over id, time and the bytes of the body.
import { createHmac, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { NewWebhookSecret, SubjectKeys } from '../runs/ports.ts';

/** 24 to 64 are asked for. */
const HMAC_BYTES = 32;
/** A public ed25519 key in DER ends with its 32 bytes. */
const ED25519_BYTES = 32;

interface Keys {
  /** Base64. */
  hmac: string;
  /** PKCS #8, base64. */
  ed25519: string;
}
type Box = Pick<SubjectKeys, 'seal' | 'open'>;

/** Both keys of a new generation: `secret` is for the client alone, the rest is what is stored. */
export function makeSecret(box: Pick<Box, 'seal'>): { secret: string; stored: NewWebhookSecret } {
  const hmac = randomBytes(HMAC_BYTES).toString('base64');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keys: Keys = { hmac, ed25519: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64') };
  const bytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(-ED25519_BYTES);
  return {
    secret: `whsec_${hmac}`,
    stored: { sealed: box.seal(JSON.stringify(keys)), public_key: `whpk_${bytes.toString('base64')}` },
  };
}

function signaturesOf({ hmac, ed25519 }: Keys, signed: Buffer): string[] {
  const key = createPrivateKey({ key: Buffer.from(ed25519, 'base64'), type: 'pkcs8', format: 'der' });
  return [
    `v1,${createHmac('sha256', Buffer.from(hmac, 'base64')).update(signed).digest('base64')}`,
    `v1a,${sign(null, signed, key).toString('base64')}`,
  ];
}

/** The three headers. `sealed`: every generation that signs; `seconds`: of this attempt, since 1970. */
export function signHeaders(
  box: Pick<Box, 'open'>,
  sealed: readonly string[],
  message: { id: string; seconds: number; body: string },
): Record<string, string> {
  const { id, seconds, body } = message;
  const signed = Buffer.from(`${id}.${seconds}.${body}`);
  const signatures = sealed.flatMap((one) => signaturesOf(JSON.parse(box.open(one)) as Keys, signed));
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}
