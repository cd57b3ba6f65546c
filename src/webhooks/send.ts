// Sends a webhook: the host is looked up here, every address is checked, and the connection goes to a checked one. A second look-up,
// which could give another answer, never happens; a redirect is an answer like any other and is not followed.
import { lookup as systemLookup } from 'node:dns/promises';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { type BlockList, isIP, type LookupFunction } from 'node:net';
import type { SendFailure } from '../domain/webhook.ts';
import type { SendOutcome, WebhookSender } from '../runs/ports.ts';
import { isIn, isPublic, type Network, networkList } from './addresses.ts';
import { hostOf, refusalOf } from './url.ts';

export interface Address {
  address: string;
  family: number;
}
/** All addresses of a host. */
export type Lookup = (host: string) => Promise<Address[]>;

export interface SenderOptions {
  allowedNetworks: readonly Network[];
  /** Sent as User-Agent. */
  agent: string;
  lookup?: Lookup;
  timeoutMs?: number;
}

/** As Standard Webhooks advises: 15 to 30 s. */
const TIMEOUT_MS = 15_000;

class Refused extends Error {
  readonly failure: SendFailure;
  constructor(failure: SendFailure, cause?: unknown) {
    super(failure, { cause });
    this.failure = failure;
  }
}

/** Addresses that may be connected to. One that may not refuses all: whoever names a private one beside a public one means it. */
async function checked(url: URL, allowed: BlockList, lookup: Lookup): Promise<Address[]> {
  const host = hostOf(url);
  const literal = isIP(host);
  let found: Address[];
  try {
    found = literal === 0 ? await lookup(host) : [{ address: host, family: literal }];
  } catch (error) {
    throw new Refused('dns', error);
  }
  if (found.length === 0) throw new Refused('dns');
  const open = ({ address }: Address) => isIn(allowed, address) || (url.protocol === 'https:' && isPublic(address));
  if (!found.every(open)) throw new Refused('address_not_allowed');
  return found;
}

/** Answers a connection's question with what was checked, whatever it asks. */
const pinned =
  (addresses: Address[]): LookupFunction =>
  (_host, options, done) => {
    if (options.all) return done(null, addresses);
    const [first] = addresses;
    return done(null, first!.address, first!.family);
  };

type Answer = Pick<Extract<SendOutcome, { status: number }>, 'status' | 'retry_after'>;

function post(
  url: URL,
  addresses: Address[],
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const start = url.protocol === 'https:' ? overHttps : overHttp;
    const request = start(
      url,
      {
        ...{ method: 'POST', signal, agent: false, lookup: pinned(addresses) },
        headers: { ...headers, 'content-length': String(bytes.length) },
      },
      (response) => {
        const header = response.headers['retry-after'];
        resolve({ status: response.statusCode ?? 0, retry_after: header ?? null });
        // nothing of what it says is kept, or even read to its end
        response.destroy();
      },
    );
    // without a listener Node closes the connection and tells nobody: neither an answer nor an error would come
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, retry_after: null });
    });
    request.on('error', reject);
    // whatever way it ended, this comes last: nobody waits for good
    request.on('close', () => reject(new Error('The connection was closed without an answer')));
    request.end(bytes);
  });
}

const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO)/;

function failureOf(error: unknown, timer: AbortSignal): SendFailure {
  if (error instanceof Refused) return error.failure;
  if (timer.aborted) return 'timeout';
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && TLS.test(code) ? 'tls' : 'connection';
}

/** Fails with the reason of `signal` when that aborts first; a look-up cannot be cancelled. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export function createSender(options: SenderOptions): WebhookSender {
  const { agent, timeoutMs = TIMEOUT_MS } = options;
  const lookup = options.lookup ?? ((host) => systemLookup(host, { all: true, verbatim: true }));
  const allowed = networkList(options.allowedNetworks);
  return {
    async send(text, headers, body, signal) {
      const began = performance.now();
      const duration = () => Math.round(performance.now() - began);
      const timer = AbortSignal.timeout(timeoutMs);
      const either = AbortSignal.any([signal, timer]);
      try {
        if (refusalOf(text, allowed) !== null) throw new Refused('url_not_allowed');
        const url = new URL(text);
        const addresses = await orAbort(checked(url, allowed, lookup), either);
        const all = { 'user-agent': agent, 'content-type': 'application/json', ...headers };
        return { ...(await post(url, addresses, all, body, either)), duration_ms: duration() };
      } catch (error) {
        return { error: failureOf(error, timer), duration_ms: duration() };
      }
    },
  };
}
