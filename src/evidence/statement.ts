// Builds the statement that a certificate signs. Pure; nothing per record and nothing personal goes in.
import { createHash } from 'node:crypto';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { guaranteeOf } from '../domain/guarantee.ts';
import { RemovedBefore } from '../domain/removed-before.ts';
import { type Attempt, type DeletionRequest, MethodChoice, type Model } from '../domain/resources.ts';
import { RunCounts } from '../domain/run-counts.ts';
import { CertifiedReport, type Guarantee } from '../domain/verification.ts';
import { ExpungeError } from '../errors.ts';
import type { CertificateFacts } from '../runs/certify.ts';
import { policyDigest } from '../runs/policy.ts';
import { searchLimits, unlearningLimits } from './limits.ts';
import {
  CertificateStatement,
  SEARCH_PREDICATE,
  type SearchStatement,
  STATEMENT_TYPE,
  UNLEARNING_PREDICATE,
  type UnlearningPredicate,
  type UnlearningStatement,
} from './statement-schema.ts';

type Optional = 'parentDeleteAfter' | 'backend' | 'baseSawPerson';
/** The facts of a certificate; when the parent is deleted, the backend and what a base has seen may be unknown at the time of issue. */
export type StatementInput = Omit<CertificateFacts, Optional> & Partial<Pick<CertificateFacts, Optional>>;

/**
 * The in-toto Statement of a completed request: of an unlearning when there is a run, else of a search. Throws
 * `internal` when the evidence does not carry it: above all a verdict other than `passed` is never certified.
 */
export function buildStatement(input: StatementInput): CertificateStatement {
  const statement = input.run === null ? searchStatement(input) : unlearningStatement(input);
  const [first] = Value.Errors(CertificateStatement, statement);
  if (first) throw refuse(`${first.instancePath || 'the statement'} ${first.message}`);
  return statement;
}

const refuse = (why: string) => new ExpungeError('internal', `No certificate can be issued: ${why}`);
const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const hexOf = (digest: string) => digest.replace(/^sha256:/, '');

/** What the schema names and nothing else: a field added upstream must not slip into a signed statement. */
const only = <S extends TSchema>(schema: S, value: Static<S>) =>
  Value.Clean(schema, structuredClone(value)) as Static<S>;

function need<T>(value: T | null, name: string): T {
  if (value === null) throw refuse(`${name} is missing`);
  return value;
}

const ARTICLES: Record<NonNullable<DeletionRequest['ground']>, string> = {
  no_longer_necessary: '17(1)(a)',
  consent_withdrawn: '17(1)(b)',
  objection: '17(1)(c)',
  unlawful_processing: '17(1)(d)',
  legal_obligation: '17(1)(e)',
  child_information_society_service: '17(1)(f)',
};

/** The person, the records, or both: what the request is about. */
function aboutWhom({ identifier_types, records }: DeletionRequest, subjectDigest: string | null) {
  if (subjectDigest === null && records === null) throw refuse('the request is about nobody and nothing');
  return {
    ...(subjectDigest !== null && {
      data_subject: {
        digest: `sha256:${hexOf(subjectDigest)}`,
        algorithm: 'SHA-256 over the sorted HMAC-SHA-256 subject keys of the request',
        identifier_types: [...new Set(identifier_types)].sort(),
      },
    }),
    ...(records !== null && {
      records: {
        digest: records.digest,
        algorithm: 'HMAC-SHA-256 over the sorted places of the records in their corpora',
        ...{ record_ids: records.record_ids, texts: records.texts.length, matched: records.matched },
      },
    }),
  };
}

function shared({ request, subjectDigest, certificateId, softwareVersion, ledger }: StatementInput) {
  const { approval, extension } = request;
  return {
    certificate_id: certificateId,
    // the controller chose external_id; it may name a person
    request: { id: request.id, external_id_sha256: request.external_id === null ? null : sha256(request.external_id) },
    ...aboutWhom(request, subjectDigest),
    law: {
      regulation: 'GDPR' as const,
      article: request.ground === null ? '17(1)' : ARTICLES[request.ground],
      ground: request.ground,
      submitted_at: request.submitted_at,
      received_at: request.received_at,
      due_at: request.due_at,
      completed_at: request.completed_at,
      ...(extension && { extension: { months: extension.months, notified_at: extension.notified_at } }),
    },
    ...(approval && { approval: { plan_digest: approval.plan_digest, at: approval.at } }),
    software: { name: 'expunge' as const, version: softwareVersion },
    ledger: ledger && { seq: ledger.seq, hash: ledger.hash },
  };
}

function searchStatement(input: StatementInput): SearchStatement {
  const search = need(input.search, 'what was searched');
  const { removed_before, unlinkable } = search;
  const { request, target } = input;
  if (target !== null && target.state !== 'completed_no_data')
    throw refuse(`the target is ${target.state}, yet no run is given`);
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: `deletion-request/${request.id}`, digest: { sha256: sha256(request.id) } }],
    predicateType: SEARCH_PREDICATE,
    predicate: {
      ...shared(input),
      search: {
        models: search.models.map(({ id, name }) => ({ id, name })),
        corpora: search.corpora,
        matching_records: 0,
        ...(removed_before && { removed_before: only(RemovedBefore, removed_before) }),
      },
      times: { issued_at: input.issuedAt },
      does_not_attest: searchLimits(request.records, { unlinkable, removed_before }),
    },
  };
}

/** A base is kept as it was: what it learned of the person is in the new checkpoint too. */
const BASE_SAW =
  'from a base checkpoint that was itself trained on records of the person, by the corpora registered with it, and never trained anew without them; the verification in this certificate is what was shown';

/** What exact methods do; a new method must earn its line here. */
const EXACT: Record<string, string> = {
  retrain: 'Trained again from the recorded recipe with the records left out',
  sisa: 'The shards that held the records trained again by the recorded recipe without them',
};

/** Of the last layer alone, and so never `exact`: nobody knows here what the features were trained on. */
const ANEW =
  'The last layer trained again without the records, with other noise, on features that are taken as they are';

/** A bound that was kept to; a budget that was not is no evidence of anything. */
function certifiedBy(name: string, { epsilon, delta, budget, spent }: NonNullable<Attempt['certified']>) {
  if (!(spent <= budget)) throw refuse('the budget of certified removal is spent');
  if (name !== 'certified-removal') return { class: 'certified' as const, basis: ANEW };
  const bound = `the gradient’s length is at most ${spent.toPrecision(3)}, and ${budget.toPrecision(3)} is allowed`;
  const what = 'Certified removal (arXiv 1911.03030) of the last layer, on features that are taken as they are';
  return { class: 'certified' as const, basis: `${what}, with epsilon ${epsilon} and delta ${delta}: ${bound}` };
}

/** Which of several was published is a choice by what verification found: who reads the finding has to know. */
const otherStart = ({ start }: Attempt): string =>
  start === undefined
    ? ''
    : `, from other seeds than the recipe’s: ${start} such candidate${start === 1 ? '' : 's'} of earlier runs did not pass verification`;

/** Only training without the records, all of it or what they have been in, is exact, and only from a base that did not see the person. */
function claimOf(attempt: Attempt, model: Model, baseSaw: boolean): { class: Guarantee; basis: string } {
  const { name } = attempt.method;
  const anew = model.has_recipe && Object.hasOwn(EXACT, name);
  const made = guaranteeOf({ certified: attempt.certified !== undefined, anew, baseSaw });
  if (attempt.certified) return certifiedBy(name, attempt.certified);
  if (!anew) return { class: made, basis: 'The verification in this certificate; no bound is proven' };
  const basis = `${EXACT[name]!}${otherStart(attempt)}`;
  return { class: made, basis: made === 'exact' ? basis : `${basis}, but ${BASE_SAW}` };
}

/** The evidence of one published run, or a refusal. */
function evidenceOf(input: StatementInput) {
  const run = need(input.run, 'the run');
  const report = need(input.report, 'the verification');
  const attempt = need(input.attempt, 'the attempt');
  const parent = need(input.parentDigest, 'the parent checkpoint');
  const checkpoint = need(input.checkpointDigest, 'the new checkpoint');
  const target = need(input.target, 'the target');
  const model = need(input.model, 'the model');
  if (report.verdict !== 'passed') throw refuse(`the verification ${report.verdict}`);
  if (attempt.verdict !== null && attempt.verdict !== 'passed') throw refuse(`the attempt ${attempt.verdict}`);
  if (run.verdict !== null && run.verdict !== 'passed') throw refuse(`the run ${run.verdict}`);
  if (report.policy_digest !== undefined && report.policy_digest !== policyDigest(report.policy))
    throw refuse('the digest of the policy is not its own');
  const findings = [...report.findings, ...(report.before?.findings ?? [])];
  if (findings.some(({ verdict }) => verdict === 'failed')) throw refuse('a finding failed');
  if (attempt.candidate !== null && attempt.candidate !== checkpoint)
    throw refuse('the attempt made another checkpoint');
  if (run.model_id !== model.id || target.model_id !== model.id) throw refuse('the run is of another model');
  if (run.parent !== parent) throw refuse('the run began at another checkpoint');
  if (!run.request_ids.includes(input.request.id)) throw refuse('the run did not serve this request');
  return { run, report, attempt, parent, checkpoint, target, model };
}
type Evidence = ReturnType<typeof evidenceOf>;

function unlearningStatement(input: StatementInput): UnlearningStatement {
  const evidence = evidenceOf(input);
  const { run, report, attempt, parent, checkpoint, model } = evidence;
  const guarantee = claimOf(attempt, model, input.baseSawPerson ?? false);
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: `model/${model.name}`, digest: { sha256: hexOf(checkpoint) } }],
    predicateType: UNLEARNING_PREDICATE,
    predicate: {
      ...shared(input),
      scope: {
        model: { id: model.id, name: model.name, architecture: model.architecture, parameters: model.parameters },
        parent_checkpoint: parent,
        new_checkpoint: checkpoint,
        corpora: {
          train: model.corpora.filter(({ role }) => role === 'train').length,
          holdout: model.corpora.filter(({ role }) => role === 'holdout').length,
        },
      },
      action: actionOf(evidence, input.backend ?? null),
      guarantee,
      verification: only(CertifiedReport, report),
      disposition: {
        parent_checkpoint: parent,
        kept_for: 'rollback',
        kept_until: input.parentDeleteAfter ?? null,
        afterwards: 'deleted',
      },
      times: { issued_at: input.issuedAt, run_started_at: run.started_at, run_finished_at: run.finished_at },
      does_not_attest: unlearningLimits(guarantee.class, input.request.records, run.counts.unmeasured_records),
    },
  };
}

function actionOf({ run, attempt, target }: Evidence, backend: string | null): UnlearningPredicate['action'] {
  return {
    run_id: run.id,
    method: only(MethodChoice, attempt.method),
    seed: attempt.seed,
    counts: only(RunCounts, run.counts),
    request_records: target.records,
    seconds: attempt.seconds,
    peak_memory_bytes: attempt.peak_memory_bytes,
    backend,
  };
}
