// One table of problems: code -> HTTP status, title, remedy. Everything that can go wrong for a user is here.
import { BACKUP_PROBLEMS } from './problems/backups.ts';
import { CHECKPOINT_PROBLEMS } from './problems/checkpoints.ts';
import type { Problem } from './problems/problem.ts';
import { PROCESS_PROBLEMS } from './problems/processes.ts';

export const PROBLEMS = {
  'validation-failed': [400, 'The request does not fit the schema', 'Correct the fields that `errors` points at.'],
  'malformed-json': [400, 'The body is not JSON', 'Send one JSON document with Content-Type: application/json.'],
  'malformed-line': [
    400,
    'A line of the upload is not a record',
    'Correct the named line and send the whole file again; nothing was kept.',
  ],
  'record-too-large': [413, 'A record is over the size limit', 'Split the record or raise MAX_RECORD_BYTES.'],
  'body-too-large': [413, 'The body is over the size limit', 'Send less at once.'],
  'empty-corpus': [422, 'The corpus holds no records', 'Upload records before the corpus is used.'],
  'duplicate-record-id': [
    409,
    'A record id stands in the corpus already',
    'Give every record its own id; nothing of this upload was kept.',
  ],
  'suppressed-subjects': [
    409,
    'Records name somebody who was deleted',
    'Leave these records out (`on_suppressed` `skip` does so), lift the suppression where the person consents again, or say `keep`; nothing of this upload was kept.',
  ],
  'subject-restricted': [
    409,
    'The processing of a person is restricted',
    'Wait until the restriction is over, or lift it (POST /v1/restrictions/{id}/lift) once the person was told; until then their records are kept and not looked at.',
  ],
  'corpus-in-use': [
    409,
    'The corpus belongs to a model already',
    'Create a new corpus: a registered training set does not change.',
  ],
  'model-in-use': [
    409,
    'Something needs the model',
    'End or cancel what `needed_by` lists, or wait for it; a model whose recipe begins here has to be deleted first.',
  ],
  'corpus-mismatch': [
    422,
    'The corpora are not those of the recipe',
    'Upload the files that the checkpoint was trained on, unchanged.',
  ],
  'corpus-unsuited': [
    422,
    'The model cannot learn a record of the corpus',
    'Name a corpus whose records are of a form that the model takes; the detail says which line is not.',
  ],
  'name-taken': [409, 'The name is taken', 'Choose another name, or use the resource that `existing` links.'],
  unauthenticated: [
    401,
    'The call does not say who asks',
    'Send `Authorization: Bearer` with an API key (`expunge keys create` makes one) or an access token that is valid now.',
  ],
  'insufficient-scope': [
    403,
    'The credential does not allow this',
    'Use one with the scope that the detail names; whoever manages keys can make it.',
  ],
  'no-tenant': [
    403,
    'The access token names no tenant',
    'Have the issuer put the tenant’s name into the claim that OAUTH_TENANT_CLAIM names.',
  ],
  'tenant-offboarded': [
    403,
    'The tenant was off-boarded',
    'Use a credential of another tenant; who comes back gets a new name, since the keys of this one are destroyed.',
  ],
  'scope-not-granted': [
    403,
    'You may not hand this on',
    'Leave out the scopes that the detail names, or make the key with `expunge keys create` on the machine of the service.',
  ],
  'not-found': [404, 'No such resource', 'Check the id; lists show what there is.'],
  'method-not-allowed': [405, 'The resource does not take this HTTP method', 'Use a method that `Allow` lists.'],
  'unknown-model': [422, 'A named model does not exist', 'Use an id from GET /v1/models.'],
  'unknown-corpus': [422, 'A named corpus does not exist', 'Use an id from GET /v1/corpora.'],
  'already-open': [
    409,
    'A request for this person or record is in progress',
    'Follow the request that `existing` links.',
  ],
  'external-id-taken': [
    409,
    'external_id was used before',
    'Follow the request that `existing` links, or send another external_id.',
  ],
  'idempotency-key-busy': [
    409,
    'The first call with this key is still at work',
    'Send the same call again after Retry-After; its answer will be the first one’s.',
  ],
  'idempotency-key-reused': [
    422,
    'The key was sent with another call',
    'Send a new Idempotency-Key with every new call; repeat a call unchanged.',
  ],
  'not-cancellable': [
    409,
    'The request can no longer be cancelled',
    'Only waiting requests can be cancelled; `allowed` lists what can be done.',
  ],
  'wrong-state': [
    409,
    'The resource is in another state',
    'Do one of what `allowed` lists; where `existing` links a run, wait until that has ended.',
  ],
  'plan-changed': [
    409,
    'The plan is another one by now',
    'Read GET /v1/deletion-requests/{id}/plan again and approve that, if it is still right.',
  ],
  'four-eyes': [403, 'Somebody else has to decide this', 'Have another person do it; see APPROVAL and PROMOTION.'],
  'extension-refused': [409, 'The time cannot be extended', 'Answer the request by its due_at.'],
  'rollback-refused': [
    409,
    'The run cannot be rolled back',
    'Roll back the later run first, or register the checkpoint that you want as a new model.',
  ],
  superseded: [
    409,
    'Another run published first',
    'Nothing is to be done: the requests wait for a run on the new checkpoint.',
  ],
  ...CHECKPOINT_PROBLEMS,
  ...BACKUP_PROBLEMS,
  'parent-missing': [
    409,
    'The checkpoint has no parent to be held against',
    'Send `against_checkpoint_id`: a checkpoint of the same model that knew the forgotten.',
  ],
  'records-gone': [
    409,
    'The text of the records is not kept any more',
    'Ask about records whose text is kept; of these, earlier reports and certificates stand.',
  ],
  'text-search-too-large': [
    422,
    'There is more text to search than is allowed',
    'Name models with targets, or the records with record_ids, send fewer texts at a time, or raise MAX_TEXT_SEARCH_BYTES.',
  ],
  'too-many-verifications': [
    409,
    'Too many verifications have not ended',
    'Wait until one of them has ended, or raise MAX_OPEN_VERIFICATIONS.',
  ],
  'too-many-analyses': [
    409,
    'Too many analyses of influence have not ended',
    'Wait until one of them has ended, or raise MAX_OPEN_INFLUENCE.',
  ],
  'checkpoint-invalid': [422, 'The checkpoint cannot be used', 'Correct what the detail names and register it again.'],
  'recipe-missing': [
    422,
    'The checkpoint has no recipe',
    'Register a checkpoint that carries recipe.json, and the base that it starts from, or choose another method.',
  ],
  'method-not-applicable': [
    422,
    'The method cannot run on this model',
    'Choose a method whose needs the model meets; see GET /v1/methods.',
  ],
  'forget-set-too-large': [
    422,
    'Nothing would be retained',
    'Check the corpora: the request names every training record.',
  ],
  'completions-disabled': [
    403,
    'Asking a model is switched off',
    'Set COMPLETIONS_ENABLED=true; it is an extraction oracle.',
  ],
  'unknown-upload': [422, 'A named upload does not exist', 'Use an id from GET /v1/uploads, or begin a new upload.'],
  'upload-incomplete': [
    422,
    'Something of the upload is missing',
    'Send what is missing: GET /v1/uploads/{id} says how much of each file has arrived.',
  ],
  'upload-offset-mismatch': [
    409,
    'The piece does not begin where the file ends',
    'Ask for Upload-Offset with HEAD and send the rest from there.',
  ],
  'checksum-mismatch': [460, 'The piece was damaged on its way', 'Send it again; nothing of it was kept.'],
  'too-many-uploads': [
    409,
    'Too many uploads are open',
    'Register or DELETE one that GET /v1/uploads lists, or raise MAX_OPEN_UPLOADS.',
  ],
  'opendsr-disabled': [
    403,
    'OpenDSR is not spoken here',
    'Set OPENDSR_DOMAIN, OPENDSR_CERTIFICATE_FILE and OPENDSR_KEY_FILE, or use /v1/deletion-requests.',
  ],
  'url-not-allowed': [
    422,
    'Nothing may be sent to this URL',
    'Give an https URL whose host has public addresses only; WEBHOOK_ALLOWED_NETWORKS opens others.',
  ],
  'too-many-endpoints': [
    409,
    'There are as many webhook endpoints as there may be',
    'Delete one that GET /v1/webhook-endpoints lists, or raise MAX_WEBHOOK_ENDPOINTS.',
  ],
  'endpoint-disabled': [
    409,
    'The webhook endpoint is disabled',
    'Correct what `disabled_reason` says and enable it: POST /v1/webhook-endpoints/{id}/enable.',
  ],
  'unsupported-tus-version': [412, 'The version of tus is not spoken here', 'Use a version that Tus-Version lists.'],
  'precondition-failed': [412, 'The resource has changed', 'Read it again and repeat with the new ETag.'],
  'precondition-required': [
    428,
    'The call does not say which state it replaces',
    'GET the resource and send its ETag as If-Match, or `If-Match: *` for whatever is there.',
  ],
  'unsupported-media-type': [
    415,
    'The content type is not understood',
    'Send application/json; application/x-ndjson for records, application/offset+octet-stream for pieces of an upload.',
  ],
  'insufficient-storage': [
    507,
    'The disk is full',
    'Make room (retire checkpoints that nobody needs, see `expunge du`) or enlarge the disk, and repeat; the store is as it was.',
  ],
  'storage-not-writable': [
    507,
    'The store of checkpoints cannot be written',
    'Check that CHECKPOINT_DIR is mounted for writing and belongs to the user of the service, and repeat.',
  ],
  'quota-exceeded': [
    429,
    'Too many calls',
    'Wait for the time in Retry-After; RateLimit says what is left. Wait for changes with Prefer: wait rather than poll.',
  ],
  'service-unavailable': [503, 'A store does not answer', 'Try again after the time in Retry-After.'],
  ...PROCESS_PROBLEMS,
  internal: [500, 'Something went wrong here', 'Try again; if it stays, report the request id.'],
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  detail: string;
  /** JSON Pointer into the body, for example `#/subject/identifiers/0/type`. */
  pointer: string;
}

/** An expected failure with a stable code. `detail` is for people and holds nothing personal. */
export class ExpungeError extends Error {
  readonly code: ProblemCode;
  readonly errors: FieldError[];
  /** Extra members of the problem document, for example `existing`. */
  readonly extra: Record<string, unknown>;
  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: FieldError[]; extra?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'ExpungeError';
    this.code = code;
    this.errors = more.errors ?? [];
    this.extra = more.extra ?? {};
  }
  get status(): number {
    return PROBLEMS[this.code][0];
  }
}
