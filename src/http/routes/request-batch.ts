// POST /v1/deletion-requests:batch: many requests in one call.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { v5 as named, v7 as uuid } from 'uuid';
import { Id, StringEnum } from '../../domain/common.ts';
import { REQUEST_STATES } from '../../domain/states.ts';
import { ExpungeError } from '../../errors.ts';
import { type Span, traced } from '../../runs/tracing-port.ts';
import { createBatch } from '../batch.ts';
import { BATCH_BYTES, BATCH_LINES, isRefusal, readWishes, type Validate } from '../batch-lines.ts';
import { type NewDeletionRequest, wishOf } from '../deletion.ts';
import { beginStreamed, callName, KeyHeader } from '../idempotency.ts';
import { absolute } from '../links.ts';
import { principal } from '../principal.ts';
import { described, problems } from '../schemas.ts';
import type { App, AppDeps } from '../types.ts';

const tags = ['deletion-requests'];

const BODY = `One deletion request as JSON a line, as POST /v1/deletion-requests takes it but for \`validate_only\` and \`group_id\`;
at most ${BATCH_LINES} lines. Empty lines are skipped.`;
const ABOUT = `Each line is taken in or refused by itself, in order, and the answer says so of each; \`created\` is said of what is
committed. A call that may have been lost can be sent again: with its Idempotency-Key every line is answered as it was the first time, and
lines that \`failed\` are tried; without one, what the call had made is \`already_open\`. Methods are checked as for a
single request, which takes longer; a batch is fastest without them.`;

const Outcome = Type.Object({
  line: Type.Integer({ description: 'Counts from 1, empty lines included' }),
  outcome: StringEnum(
    ['created', 'already_open', 'invalid', 'failed'] as const,
    'failed: the database went away under way, and the line may not have been stored; its remedy says how to send it again',
  ),
  id: Type.Optional({ ...Id, description: 'Of the new request' }),
  state: Type.Optional(StringEnum(REQUEST_STATES)),
  existing: Type.Optional(Type.String({ description: 'Link to the request that stands in the way' })),
  code: Type.Optional(Type.String({ description: 'As of a problem document' })),
  errors: Type.Optional(
    Type.Array(
      Type.Object({ pointer: Type.String({ description: 'JSON Pointer into the line' }), detail: Type.String() }),
    ),
  ),
  remedy: Type.Optional(Type.String()),
});
const Batch = Type.Object({
  group_id: { ...Id, description: 'Of all requests of the batch; GET /v1/deletion-requests?group_id= lists them' },
  counts: Type.Object(
    Object.fromEntries(['created', 'already_open', 'invalid', 'failed'].map((name) => [name, Type.Integer()])),
  ),
  items: Type.Array(Outcome, { description: 'One a line, in order' }),
});

/** `line` is the schema of a line. Lines arrive as a stream, so this scope takes no other body. */
export function batchRoute(app: App, deps: AppDeps, line: TSchema): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-ndjson', (request, payload, done) => {
    // a length that is declared too large is refused before the first byte of it is read
    if (Number(request.headers['content-length'] ?? 0) <= BATCH_BYTES) done(null, payload);
    else done(new ExpungeError('body-too-large', `The batch is over ${BATCH_BYTES} bytes; nothing was kept.`));
  });
  app.post(
    // the first colon escapes the second
    '/v1/deletion-requests::batch',
    {
      bodyLimit: BATCH_BYTES,
      config: { scope: 'requests:create', idempotent: 'streamed' },
      schema: {
        ...{ tags, operationId: 'createDeletionRequests', summary: 'Ask for many people to be removed' },
        description: ABOUT,
        headers: KeyHeader,
        consumes: ['application/x-ndjson'],
        querystring: Type.Object(
          { group_id: Type.Optional({ ...Id, description: 'Adds to an earlier group; default: a new one' }) },
          { additionalProperties: false },
        ),
        body: Type.Unsafe<unknown>({ description: BODY }),
        response: { 200: described('What became of each line', Batch), ...problems },
      },
    },
    async (request, reply) => {
      if (request.body === undefined || request.body === null)
        throw new ExpungeError('validation-failed', 'The batch has no line.');
      const validate = request.compileValidationSchema(line as never) as unknown as Validate;
      return traced(deps.tracing, 'take in deletion requests', {}, (span) =>
        takeIn(deps, request, reply, { validate, span }),
      );
    },
  );
}

/** Of a batch that may be sent again and names no group: the same each time. */
const GROUPS = '6f1d1c1e-0f0a-4c39-9a53-5a0f5f1b2a57';

async function takeIn(
  deps: AppDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { validate, span }: { validate: Validate; span: Span },
): Promise<FastifyReply> {
  const who = principal(request);
  const sent = createHash('sha256');
  const read = await readWishes<NewDeletionRequest>(
    request.body as Readable,
    validate,
    (given) => wishOf(deps, who, given),
    request.headers['idempotency-key'] === undefined ? undefined : (text) => sent.update(text).update('\n'),
  );
  if (read.length === 0) throw new ExpungeError('validation-failed', 'The batch has no line.');
  const answered = await beginStreamed(deps, request, reply, sent.digest('hex'));
  if (answered !== null) return answered;
  const call = callName(deps, request);
  const { group_id = call === undefined ? uuid() : named(call, GROUPS) } = request.query as { group_id?: string };
  const wishes = read.map(({ line, wish }) => ({ line, wish: isRefusal(wish) ? wish : { ...wish, group_id } }));
  const items = await createBatch(deps, who, wishes, request.log, call);
  const counts = { created: 0, already_open: 0, invalid: 0, failed: 0 };
  for (const { outcome } of items) counts[outcome]++;
  span.set({ 'expunge.lines': items.length, 'expunge.lines.created': counts.created });
  // sent again, the call goes on where it broke off
  if (request.keyed && counts.failed > 0) request.keyed.incomplete = true;
  reply.header('location', absolute(request, `/v1/deletion-requests?group_id=${group_id}`));
  return reply.send({ group_id, counts, items });
}
