// The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): a call that is repeated with the same key is done once.
import canonicalize from 'canonicalize';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { v7 as uuidv7 } from 'uuid';
import type { KeptAnswer, KeyedCall } from '../domain/idempotency.ts';
import { ExpungeError } from '../errors.ts';
import { principal } from './principal.ts';
import type { App, AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

/** An answer is given again for a day after the first call. */
export const KEEP_MS = 24 * 3_600_000;
/** A call that has not said for so long that it is at work was lost with its process: until then whoever repeats it is told to wait. */
const BUSY_MS = 60_000;
/** Between two times of saying so: some may fail, or come late in a busy process. */
const RENEW_MS = BUSY_MS / 4;
const RETRY_SECONDS = 2;
/** What a client may need of the first answer beside its body. */
const KEPT_HEADERS = ['content-type', 'location', 'retry-after'] as const;

interface Keyed {
  call: KeyedCall;
  token: string;
  /** Id of what the call makes, and whether an earlier try may have made it. */
  makes: string;
  again: boolean;
  renewing: NodeJS.Timeout;
  incomplete?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes Idempotency-Key; `streamed`: once its handler has read the body. */
    idempotent?: boolean | 'streamed';
  }
  interface FastifyRequest {
    /** Of a call whose answer is to be kept. */
    keyed: Keyed | null;
  }
}

/** Of a route that takes the header, beside `config: { idempotent: true }`. */
export const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`)',
    }),
  ),
});

/** The key: a Structured Field string in quotes (RFC 8941, 3.3.3), or the bare text that many clients send. */
export function readKey(header: string | string[]): string {
  const text = String(header).trim();
  const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/.exec(text);
  const key = quoted ? quoted[1]!.replaceAll(/\\(.)/g, '$1') : text;
  const fits = quoted !== null || /^[!#-~]+$/.test(text);
  if (fits && key.length > 0 && key.length <= 255) return key;
  throw invalidField('#/headers/idempotency-key', 'must be 1 to 255 visible characters, in quotes or bare');
}

/** Key and body may name a person, so what is kept of them are digests that only this installation can make. */
function callOf(
  deps: Pick<AppDeps, 'subjectKeys'>,
  tenant: string,
  key: string,
  request: FastifyRequest,
  body: unknown,
): KeyedCall {
  // the same call with its members in another order is the same call
  const text = canonicalize([request.method, request.url, body])!;
  return {
    key_digest: deps.subjectKeys.pseudonym(tenant, 'idempotency key', key),
    fingerprint: deps.subjectKeys.pseudonym(tenant, 'idempotent call', text),
  };
}

/** Routes with `config: { idempotent: true }` take the header. Call it before any route is added. */
export function installIdempotency(app: App, deps: Pick<AppDeps, 'store' | 'subjectKeys'>): void {
  app.decorateRequest('keyed', null);
  async function take(request: FastifyRequest, reply: FastifyReply, header: string | string[]) {
    const { idempotent } = request.routeOptions.config;
    const key = readKey(header);
    if (idempotent === 'streamed') return;
    const call = callOf(deps, principal(request).tenant, key, request, request.body ?? null);
    const again = await begin(deps, request, reply, call);
    if (again !== null) return giveAgain(reply, again);
  }
  // most calls have no key, and wait for no promise
  app.addHook('preHandler', (request, reply, done) => {
    const header = request.headers['idempotency-key'];
    if (header === undefined || !request.routeOptions.config.idempotent) return done();
    return take(request, reply, header);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.keyed === null) return done();
    return keep(deps, request, reply, payload);
  });
}

/** Null: the call is to be made. Throws `idempotency-key-busy`, `idempotency-key-reused`. */
async function begin(
  deps: Pick<AppDeps, 'store'>,
  request: FastifyRequest,
  reply: FastifyReply,
  call: KeyedCall,
): Promise<KeptAnswer | null> {
  const { tenant } = principal(request);
  const outcome = await deps.store.takeKey(tenant, call, { busy_ms: BUSY_MS, keep_ms: KEEP_MS });
  if (outcome.status === 'first') {
    const { token, makes, again } = outcome;
    request.keyed = { call, token, makes, again, renewing: renewing(deps, request, call.key_digest, token) };
    return null;
  }
  if (outcome.status === 'answered') return outcome.answer;
  if (outcome.status === 'other-call')
    throw new ExpungeError('idempotency-key-reused', 'This Idempotency-Key was sent with another call.');
  reply.header('retry-after', String(RETRY_SECONDS));
  throw new ExpungeError('idempotency-key-busy', 'The first call with this Idempotency-Key has not been answered yet.');
}

/** Id of what the call makes: of a call with a key the same each time that it is made. */
export const newId = ({ keyed }: FastifyRequest): string => keyed?.makes ?? uuidv7();

/** What an earlier try of the call made, before its answer was lost; null: it is to be made. */
export const madeBefore = async <T>(
  { keyed }: FastifyRequest,
  read: (id: string) => Promise<T | null>,
): Promise<T | null> => (keyed?.again ? read(keyed.makes) : null);

/** Names key and call, for what is kept of a call whose answer may be lost; undefined: it has no key. */
export function callName({ subjectKeys }: Pick<AppDeps, 'subjectKeys'>, request: FastifyRequest): string | undefined {
  if (request.keyed === null) return;
  const { key_digest, fingerprint } = request.keyed.call;
  return subjectKeys.pseudonym(principal(request).tenant, 'batch', `${key_digest} ${fingerprint}`);
}

/** Holds the key of a call for as long as it is at work, however long that is, and no longer than its process lives. */
function renewing(
  { store }: Pick<AppDeps, 'store'>,
  request: FastifyRequest,
  digest: string,
  token: string,
): NodeJS.Timeout {
  const { tenant } = principal(request);
  const renew = () =>
    store
      .renewKey(tenant, digest, token, BUSY_MS)
      .catch((err: unknown) => request.log.warn({ err }, 'An Idempotency-Key could not be held for its call'));
  return setInterval(renew, RENEW_MS).unref();
}

/**
 * For a route that takes its body as a stream, once that was read: `digest` is of all of it. Resolves to the reply with the first answer,
 * and to null where the call is to be made. Throws as a call with a body does.
 */
export async function beginStreamed(
  deps: Pick<AppDeps, 'store' | 'subjectKeys'>,
  request: FastifyRequest,
  reply: FastifyReply,
  digest: string,
): Promise<FastifyReply | null> {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  const again = await begin(
    deps,
    request,
    reply,
    callOf(deps, principal(request).tenant, readKey(header), request, digest),
  );
  return again === null ? null : giveAgain(reply, again);
}

function giveAgain(reply: FastifyReply, answer: KeptAnswer): FastifyReply {
  return reply
    .code(answer.status)
    .headers({ ...answer.headers, 'idempotency-replayed': 'true' })
    .serializer((body: unknown) => String(body))
    .send(answer.body);
}

/** What failed on our side may be tried again; every other answer is the answer. */
async function keep({ store }: Pick<AppDeps, 'store'>, request: FastifyRequest, reply: FastifyReply, payload: unknown) {
  if (request.keyed === null) return;
  const { call, token, renewing, incomplete } = request.keyed;
  clearInterval(renewing);
  request.keyed = null;
  const { tenant } = principal(request);
  try {
    if (reply.statusCode >= 500 || incomplete || typeof payload !== 'string')
      return await store.releaseKey(tenant, call.key_digest, token);
    const headers = Object.fromEntries(
      KEPT_HEADERS.flatMap((name) => {
        const value = reply.getHeader(name);
        return value === undefined ? [] : [[name, String(value)]];
      }),
    );
    await store.saveAnswer(tenant, call.key_digest, token, { status: reply.statusCode, headers, body: payload });
  } catch (error) {
    // the work is done and its answer true: it is sent, and a repeated call waits until the key is free
    request.log.warn({ err: error }, 'An answer could not be kept for its Idempotency-Key');
  }
}
