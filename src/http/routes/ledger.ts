// /v1/ledger: signed checkpoints of the ledger, and proofs against them.
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { Id } from '../../domain/common.ts';
import { ConsistencyProof, InclusionProof, LedgerCheckpoint, LedgerEntry } from '../../domain/ledger.ts';
import { ExpungeError } from '../../errors.ts';
import { formatProof } from '../../evidence/ledger-proof.ts';
import { consistencyOf, inclusionOf } from '../../evidence/prove.ts';
import { prefers } from '../accept.ts';
import { unchanged } from '../links.ts';
import { principal } from '../principal.ts';
import { described, NotModified, problems } from '../schemas.ts';
import type { AppDeps, Routes } from '../types.ts';

const tags = ['ledger'];
const Count = Type.Integer({ minimum: 1 });
const Size = Type.Optional(
  Type.Integer({ minimum: 1, description: 'Of a checkpoint that was signed; left out: the latest' }),
);

const CHECKPOINT = `The root of a Merkle tree (RFC 9162) over every entry of the ledger so far, signed: whoever keeps one can tell later whether anything
before it was changed. \`Accept: text/plain\` gives the signed note alone (C2SP tlog-checkpoint). The tree is over the entries of the whole
installation and says of others’ nothing but how many there are.`;
const PROOF = `With \`entry\` (its number) or \`certificate_id\`: that the entry is in the ledger that the checkpoint of \`size\` was signed over;
\`Accept: text/plain\` gives a file of the form C2SP tlog-proof. With \`from\` and \`to\`: that the ledger of \`to\` entries begins with that of
\`from\`. Only entries of one’s own tenant are shown.`;

const ENTRIES = `Every decision about the tenant’s data, in order, oldest first. Numbers have gaps where entries are of others; each entry’s hash is over all of it
and the hash before it. For more, ask again with \`after\` the last \`seq\`.`;

const EntriesQuery = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({ minimum: 0, default: 0, description: 'Number of the last entry that is known' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    type: Type.Optional(
      Type.String({ maxLength: 100, pattern: '^[^\\u0000]*$', description: 'For example certificate.issued' }),
    ),
  },
  { additionalProperties: false },
);

const ProofQuery = Type.Object(
  {
    entry: Type.Optional(Count),
    certificate_id: Type.Optional(Id),
    size: Size,
    from: Type.Optional(Count),
    to: Type.Optional(Count),
  },
  { additionalProperties: false },
);
type ProofQuery = Static<typeof ProofQuery>;

async function checkpointOf(deps: AppDeps, size: number | undefined): Promise<LedgerCheckpoint> {
  const found = await deps.store.ledgerCheckpoint(size);
  if (found !== null) return found;
  throw new ExpungeError(
    'not-found',
    size === undefined ? 'No checkpoint was signed yet; a worker does.' : 'No checkpoint of this size was signed.',
  );
}

const wrong = (detail: string, name: string) =>
  new ExpungeError('validation-failed', detail, { errors: [{ detail, pointer: `#/${name}` }] });

async function prove(deps: AppDeps, tenant: string, query: ProofQuery): Promise<InclusionProof> {
  const { entry: seq, certificate_id, size } = query;
  const which = seq === undefined ? { certificate_id: certificate_id! } : { seq };
  const entry = await deps.store.ledgerEntry(tenant, which);
  if (entry === null) throw new ExpungeError('not-found', 'There is no such entry.');
  const checkpoint = await checkpointOf(deps, size);
  if (checkpoint.size >= entry.seq) return inclusionOf(deps.store, entry, checkpoint);
  throw new ExpungeError('not-found', `The checkpoint covers ${checkpoint.size} entries; this one is ${entry.seq}.`);
}

async function proveGrowth(deps: AppDeps, { from, to }: ProofQuery): Promise<ConsistencyProof> {
  if (from === undefined || to === undefined)
    throw wrong('from and to go together', from === undefined ? 'from' : 'to');
  if (from > to) throw wrong('from is at most to', 'from');
  const { size } = await checkpointOf(deps, undefined);
  if (to > size) throw new ExpungeError('not-found', `The latest checkpoint covers ${size} entries.`);
  return consistencyOf(deps.store, from, to);
}

/** A text passes as it is: what is signed are its bytes. */
const sendText = (reply: FastifyReply, text: string) =>
  reply
    .type('text/plain; charset=utf-8')
    .serializer((body: unknown) => String(body))
    .send(text as never);

export const ledgerRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/ledger/entries',
    {
      config: { scope: 'ledger:read' },
      schema: {
        tags,
        operationId: 'listLedgerEntries',
        summary: 'List the entries of the ledger',
        description: ENTRIES,
        querystring: EntriesQuery,
        response: { 200: described('Entries', Type.Object({ items: Type.Array(LedgerEntry) })), ...problems },
      },
    },
    async (request) => {
      const { after = 0, limit = 100, type } = request.query;
      const query = { after, limit, ...(type === undefined ? {} : { type }) };
      return { items: await deps.store.ledgerEntries(principal(request).tenant, query) };
    },
  );
  app.get(
    '/v1/ledger/checkpoint',
    {
      config: { scope: 'ledger:read' },
      schema: {
        tags,
        operationId: 'getLedgerCheckpoint',
        summary: 'Get a signed checkpoint of the ledger',
        description: CHECKPOINT,
        querystring: Type.Object({ size: Size }, { additionalProperties: false }),
        response: {
          200: {
            description: 'The checkpoint',
            content: {
              'application/json': { schema: LedgerCheckpoint },
              'text/plain': { schema: Type.String({ description: 'The signed note' }) },
            },
          },
          304: NotModified,
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const found = await checkpointOf(deps, request.query.size);
      const asText = prefers(request.headers.accept, 'text/plain');
      reply.header('vary', 'Accept');
      if (unchanged(request, reply, `${found.size}${asText ? '-note' : ''}`)) return reply.code(304).send(null);
      return asText ? sendText(reply, found.checkpoint) : reply.type('application/json; charset=utf-8').send(found);
    },
  );
  app.get(
    '/v1/ledger/proof',
    {
      config: { scope: 'ledger:read' },
      schema: {
        tags,
        operationId: 'getLedgerProof',
        summary: 'Prove that an entry is in the ledger, or that the ledger only grew',
        description: PROOF,
        querystring: ProofQuery,
        response: {
          200: {
            description: 'The proof',
            content: {
              'application/json': { schema: Type.Union([InclusionProof, ConsistencyProof]) },
              'text/plain': { schema: Type.String({ description: 'C2SP tlog-proof' }) },
            },
          },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const asked = [query.entry, query.certificate_id, query.from ?? query.to].filter((one) => one !== undefined);
      if (asked.length !== 1) throw wrong('Ask for one of entry, certificate_id, or from and to', 'entry');
      reply.header('vary', 'Accept').header('cache-control', 'private, no-cache');
      const json = () => reply.type('application/json; charset=utf-8');
      if (query.entry === undefined && query.certificate_id === undefined)
        return json().send(await proveGrowth(deps, query));
      const proof = await prove(deps, principal(request).tenant, query);
      return prefers(request.headers.accept, 'text/plain') ? sendText(reply, formatProof(proof)) : json().send(proof);
    },
  );
};
