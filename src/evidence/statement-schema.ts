// The signed statement: an in-toto Statement v1 with one of two predicates. Every field is explained in
// docs/certificate.md.
import Type, { type Static } from 'typebox';
import { Digest, Id, Name, Nullable, StringEnum, Timestamp } from '../domain/common.ts';
import { RemovedBefore } from '../domain/removed-before.ts';
import { GROUNDS, MethodChoice } from '../domain/resources.ts';
import { RunCounts } from '../domain/run-counts.ts';
import { CertifiedReport, GUARANTEES } from '../domain/verification.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const UNLEARNING_PREDICATE = 'urn:expunge:predicate:unlearning:v1';
export const SEARCH_PREDICATE = 'urn:expunge:predicate:search:v1';

const strict = { additionalProperties: false } as const;
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Text = Type.String({ minLength: 1 });

const Request = Type.Object({ id: Id, external_id_sha256: Nullable(Sha256) }, strict);
const DataSubject = Type.Object(
  { digest: Digest, algorithm: Text, identifier_types: Type.Array(Type.String()) },
  strict,
);
const Records = Type.Object(
  {
    digest: Digest,
    algorithm: Text,
    record_ids: Type.Integer({ minimum: 0 }),
    texts: Type.Integer({ minimum: 0 }),
    matched: Type.Integer({ minimum: 0 }),
  },
  strict,
);
const Law = Type.Object(
  {
    regulation: Type.Literal('GDPR'),
    article: Text,
    ground: Nullable(StringEnum(GROUNDS)),
    submitted_at: Timestamp,
    received_at: Timestamp,
    due_at: Timestamp,
    completed_at: Nullable(Timestamp),
    extension: Type.Optional(Type.Object({ months: Type.Integer(), notified_at: Timestamp }, strict)),
  },
  strict,
);
/** Who it was is in the ledger: an account may bear a name. */
const Approval = Type.Object({ plan_digest: Digest, at: Timestamp }, strict);
const LedgerPosition = Type.Object({ seq: Type.Integer({ minimum: 0 }), hash: Text }, strict);
/** What both predicates hold. */
const shared = {
  certificate_id: Id,
  request: Request,
  /** Absent where the request names records alone. */
  data_subject: Type.Optional(DataSubject),
  /** Absent where the request names a person alone. */
  records: Type.Optional(Records),
  law: Law,
  approval: Type.Optional(Approval),
  software: Type.Object({ name: Type.Literal('expunge'), version: Text }, strict),
  ledger: Nullable(LedgerPosition),
  does_not_attest: Type.Array(Text, { minItems: 1 }),
};

const Scope = Type.Object(
  {
    model: Type.Object({ id: Id, name: Name, architecture: Text, parameters: Type.Integer() }, strict),
    parent_checkpoint: Digest,
    new_checkpoint: Digest,
    corpora: Type.Object({ train: Type.Integer({ minimum: 0 }), holdout: Type.Integer({ minimum: 0 }) }, strict),
  },
  strict,
);
const Action = Type.Object(
  {
    run_id: Id,
    method: MethodChoice,
    seed: Type.Integer(),
    counts: RunCounts,
    request_records: Type.Integer({ minimum: 0 }),
    seconds: Type.Record(Type.String(), Type.Number()),
    peak_memory_bytes: Nullable(Type.Integer()),
    backend: Nullable(Text),
  },
  strict,
);
const Guarantee = Type.Object({ class: StringEnum(GUARANTEES), basis: Text }, strict);
const Disposition = Type.Object(
  {
    parent_checkpoint: Digest,
    kept_for: Type.Literal('rollback'),
    kept_until: Nullable(Timestamp),
    afterwards: Type.Literal('deleted'),
  },
  strict,
);
const UnlearningTimes = Type.Object(
  { issued_at: Timestamp, run_started_at: Nullable(Timestamp), run_finished_at: Nullable(Timestamp) },
  strict,
);

export const UnlearningPredicate = Type.Object(
  {
    ...shared,
    scope: Scope,
    action: Action,
    guarantee: Guarantee,
    verification: CertifiedReport,
    disposition: Disposition,
    times: UnlearningTimes,
  },
  strict,
);
export type UnlearningPredicate = Static<typeof UnlearningPredicate>;

export const SearchPredicate = Type.Object(
  {
    ...shared,
    search: Type.Object(
      {
        models: Type.Array(Type.Object({ id: Id, name: Name }, strict)),
        corpora: Type.Integer({ minimum: 0 }),
        matching_records: Type.Literal(0),
        /** Absent where earlier runs had removed nothing that matches, and in certificates of before. */
        removed_before: Type.Optional(RemovedBefore),
      },
      strict,
    ),
    times: Type.Object({ issued_at: Timestamp }, strict),
  },
  strict,
);
export type SearchPredicate = Static<typeof SearchPredicate>;

const Subject = Type.Object({ name: Text, digest: Type.Object({ sha256: Sha256 }, strict) }, strict);
const statement = { _type: Type.Literal(STATEMENT_TYPE), subject: Type.Array(Subject, { minItems: 1, maxItems: 1 }) };

export const UnlearningStatement = Type.Object(
  { ...statement, predicateType: Type.Literal(UNLEARNING_PREDICATE), predicate: UnlearningPredicate },
  strict,
);
export type UnlearningStatement = Static<typeof UnlearningStatement>;
export const SearchStatement = Type.Object(
  { ...statement, predicateType: Type.Literal(SEARCH_PREDICATE), predicate: SearchPredicate },
  strict,
);
export type SearchStatement = Static<typeof SearchStatement>;

export const CertificateStatement = Type.Union([UnlearningStatement, SearchStatement]);
export type CertificateStatement = Static<typeof CertificateStatement>;
