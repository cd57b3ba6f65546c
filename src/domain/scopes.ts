// What a credential may allow: every route names one of these, and roles are bundles of them.

export const SCOPES = {
  'requests:create': 'File deletion requests, alone and in batches',
  'requests:read': 'Read deletion requests, their plans and what was done to them',
  'requests:cancel': 'Withdraw a request that still waits',
  'requests:decide': 'Verify the person, hold, release, deny, extend the time of a request',
  'requests:approve': 'Approve the plan of a request',
  'requests:retry': 'Have another run try what failed or needs review',
  'runs:read': 'Read runs, their curves, and what verifications found',
  'runs:promote': 'Publish a verified candidate',
  'runs:rollback': 'Refuse a candidate, or take back one that was published',
  'verifications:create': 'Have a checkpoint verified',
  'certificates:read': 'Read certificates',
  'ledger:read': 'Read the ledger, its checkpoints and proofs, and who got weights',
  'models:read': 'Read models, their checkpoints, and the policy that applies to them',
  'models:write': 'Upload and register models and checkpoints',
  'models:delete': 'Delete models, with all their checkpoints',
  'models:consolidate': 'Have a model trained again without everybody erased',
  'models:ask': 'Put prompts to a model: it answers with what it remembers',
  'influence:analyse': 'Ask which training records shaped an answer',
  'checkpoints:download': 'Get the files of the checkpoint that a model answers from',
  'checkpoints:retire': 'Delete the files of a checkpoint before its time',
  'policies:write': 'Choose what a verification must show to pass',
  'corpora:read': 'Read which corpora there are',
  'corpora:write': 'Make corpora and add records',
  'corpora:delete': 'Delete corpora, with their text',
  'subjects:read': 'Count the records that name a person, by corpus and by model',
  'suppressions:check': 'Ask which people must not be trained on',
  'suppressions:read': 'List what is suppressed, by request',
  'suppressions:lift': 'Let a person be trained on again',
  'restrictions:read': 'List whose records are kept and not used, by restriction',
  'restrictions:write': 'Restrict the processing of a person’s records, and lift it',
  'webhooks:manage': 'Make, change and remove webhook endpoints, read what was sent to them and send it again',
  'keys:manage': 'Make, list, rotate and revoke API keys',
  'metrics:read': 'Read how the whole installation does: counts of all tenants together',
  'catalogue:read': 'Read which methods, metrics and named policies there are',
} as const;

export type Scope = keyof typeof SCOPES;
export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];

/**
 * What four eyes are for. Whoever may do these makes no keys over HTTP, and so hands none of them on: with a second key to
 * file by, or to approve by, they would be four eyes alone.
 */
export const DECIDING: readonly Scope[] = ['requests:approve', 'runs:promote'];
/** These see over the borders of tenants, and are no part of `admin`: keys that have them are made by command. */
export const OF_ALL_TENANTS: readonly Scope[] = ['metrics:read'];

const READ: Scope[] = ['requests:read', 'runs:read', 'certificates:read', 'models:read', 'catalogue:read'];

/** Duties, kept apart: nobody who makes a model forget decides that the result is published. */
export const ROLES = {
  service: [
    ...['requests:create', 'requests:cancel', 'requests:read', 'certificates:read', 'catalogue:read'],
    'suppressions:check',
  ] as Scope[],
  serving: ['models:read', 'checkpoints:download'],
  'privacy-officer': [
    ...READ,
    ...['ledger:read', 'requests:create', 'requests:cancel', 'requests:decide', 'requests:approve'],
    ...['subjects:read', 'suppressions:check', 'suppressions:read', 'suppressions:lift'],
    ...['restrictions:read', 'restrictions:write'],
  ] as Scope[],
  'ml-engineer': [
    ...READ,
    ...['requests:retry', 'verifications:create', 'models:write', 'models:consolidate', 'models:ask'],
    ...[
      'influence:analyse',
      'checkpoints:retire',
      'policies:write',
      'corpora:read',
      'corpora:write',
      'suppressions:check',
    ],
  ] as Scope[],
  'release-approver': [...READ, 'runs:promote', 'runs:rollback'],
  monitoring: ['metrics:read'],
  auditor: [...READ, 'ledger:read', 'corpora:read', 'suppressions:read', 'restrictions:read'],
  admin: SCOPE_NAMES.filter((scope) => ![...DECIDING, ...OF_ALL_TENANTS].includes(scope)),
} as const satisfies Record<string, readonly Scope[]>;
