// How each operation is called in the matrix: ids for its path, and a body that fits its schema.
import { v4 as uuid } from 'uuid';
import type { Acme } from './world.ts';

/** What stands for the parameters of a path, by how the path begins; the longest beginning counts. */
const IDS: Record<string, (acme: Acme) => Record<string, string>> = {
  '/problems/': () => ({ code: 'not-found' }),
  '/v1/api-keys/': ({ key }) => ({ id: key }),
  '/v1/certificates/': ({ certificate }) => ({ id: certificate }),
  '/v1/checkpoints/': ({ candidate }) => ({ id: candidate }),
  '/v1/checkpoints/{id}/recipients/': ({ active }) => ({ id: active }),
  '/v1/checkpoints/{id}/files/': ({ active }) => ({ id: active, path: 'config.json' }),
  '/v1/completions/': ({ completion }) => ({ id: completion }),
  '/v1/corpora/': ({ corpus }) => ({ id: corpus }),
  '/v1/deletion-requests/': ({ request }) => ({ id: request }),
  '/v1/models/': ({ model, candidate, influence }) => ({
    ...{ id: model, digest: candidate, analysis_id: influence, alias: 'active' },
  }),
  '/v1/restrictions/': ({ restriction }) => ({ id: restriction }),
  '/v1/runs/': ({ run }) => ({ id: run }),
  '/v1/uploads/': ({ upload }) => ({ id: upload, name: 'config.json' }),
  '/v1/verifications/': ({ verification }) => ({ id: verification }),
  '/v1/webhook-deliveries/': ({ delivery }) => ({ id: delivery }),
  '/v1/webhook-endpoints/': ({ endpoint }) => ({ id: endpoint }),
  '/v2/requests/': ({ opendsr }) => ({ subject_request_id: opendsr }),
};

export interface Call {
  body?: unknown;
  headers?: Record<string, string>;
  /** With its question mark. */
  query?: string;
}

const reason = 'For the matrix.';
const subject = { identifiers: [{ type: 'email', value: 'jonas@example.org' }] };
/** As a controller asks. */
export const opendsrOf = (identity_value: string, subject_request_id: string) => ({
  ...{
    regulation: 'gdpr',
    subject_request_id,
    subject_request_type: 'erasure',
    submitted_time: '2026-01-01T00:00:00Z',
  },
  subject_identities: [{ identity_type: 'email', identity_value, identity_format: 'raw' }],
});
const ndjson = { 'content-type': 'application/x-ndjson' };

/** By operationId; what is not here has no body. */
const CALLS: Record<string, Call> = {
  analyseInfluence: { body: { prompt: 'who' } },
  approveDeletionRequest: { body: { plan_digest: `sha256:${'0'.repeat(64)}` } },
  askModel: { body: { prompts: ['who'] } },
  consolidateModel: { body: {} },
  chooseModelPolicy: { body: { preset: 'standard' }, headers: { 'if-match': '*' } },
  chooseScheduling: {
    body: { max_wait_hours: 24, promptness: null, backend: null, memory_bytes: null },
    headers: { 'if-match': '*' },
  },
  chooseTenantPolicy: { body: { preset: 'standard' }, headers: { 'if-match': '*' } },
  checkSuppressions: { body: { subjects: [subject] } },
  createApiKey: { body: { name: 'k', scopes: ['catalogue:read'] } },
  changeWebhookEndpoint: { body: { description: 'matrix' } },
  createCorpus: { body: { name: 'matrix' } },
  createDeletionRequest: { body: { subject } },
  createDeletionRequests: { body: JSON.stringify({ subject }), headers: ndjson },
  createOpenDsrRequest: {
    get body() {
      return opendsrOf('jonas@example.org', uuid());
    },
  },
  createUploadFile: { headers: { 'upload-length': '1', 'upload-metadata': 'filename bW9kZWwuc2FmZXRlbnNvcnM=' } },
  createWebhookEndpoint: { body: { url: 'https://hooks.example.org/' } },
  denyDeletionRequest: { body: { code: 'legal_claims', reason } },
  extendDeletionRequest: {
    get body() {
      return { months: 1, reason, notified_at: new Date().toISOString() };
    },
  },
  followRun: { headers: { prefer: 'wait=0' } },
  getLedgerProof: { query: '?from=1&to=1' },
  holdDeletionRequest: { body: { reason } },
  importRecords: { body: { path: 'people.ndjson' } },
  liftSuppressions: { body: { subject, reason } },
  liftRestriction: { body: { reason } },
  lookUpSubject: { body: { subject } },
  placeRestriction: { body: { subject, ground: 'accuracy_contested', reason } },
  previewRules: { body: { subject_rules: { patterns: ['email'] }, records: [{ id: 'z', text: 't' }] } },
  noteRecipientTold: { body: { recipient: 'serving' } },
  registerCheckpoint: { body: { path: 'tiny' } },
  registerModel: { body: { name: 'base', path: 'spare', corpora: [] } },
  rollBackRun: { body: { reason } },
  sendUploadPiece: {
    body: 'x',
    headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
  },
  uploadRecords: { body: JSON.stringify({ id: 'z', prompt: 'p', answer: 'q' }), headers: ndjson },
  verifyCheckpoint: { body: { record_ids: ['b'] } },
};

/** Operations that look nothing up under the id of their path, with the reason. */
export const LOOKS_NOTHING_UP: Record<string, string> = {
  getUploadProtocol: 'says what is spoken under any upload',
  getProblem: 'explains a code',
};

export const callOf = (operationId: string): Call => CALLS[operationId] ?? {};

/** The path with ids of acme. Throws for a parameter that nobody has given one for. */
export function pathOf(template: string, acme: Acme): string {
  const fits = Object.keys(IDS).filter((begin) => template.startsWith(begin));
  const ids = IDS[fits.sort((a, b) => b.length - a.length)[0] ?? '']?.(acme) ?? {};
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (ids[name] === undefined) throw new Error(`test/http/matrix/cases.ts has no ${name} for ${template}`);
    return ids[name];
  });
}
