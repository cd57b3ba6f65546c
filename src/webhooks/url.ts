// What a URL must be before its host is looked up.
import { type BlockList, isIP } from 'node:net';
import { isIn, isPublic } from './addresses.ts';

/** URL.hostname of an IPv6 address has brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));
/** Below, everything but https is some other service. */
const FIRST_FREE_PORT = 1024;

/** Why nothing may be sent there, for the end of a sentence; null: its addresses decide. */
export function refusalOf(text: string, allowed: BlockList): string | null {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  const host = hostOf(url);
  const opened = isIn(allowed, host);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be https';
  // what a host name resolves to is not known yet
  if (url.protocol === 'http:' && !opened) return 'must be https';
  if (url.username !== '' || url.password !== '') return 'must not carry a user name or a password';
  if (url.hash !== '') return 'must not carry a fragment';
  if (opened) return null;
  if (portOf(url) !== 443 && portOf(url) < FIRST_FREE_PORT) return 'must use port 443, or one from 1024 up';
  if (isIP(host) !== 0 && !isPublic(host)) return 'names an address that is not public';
  return null;
}
