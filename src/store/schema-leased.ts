// Tables of what a worker takes by lease, as Kysely sees them.
import type { ColumnType } from 'kysely';
import type { ListedVerification } from '../domain/checkpoint-verification.ts';
import type { InfluenceAnalysis, InfluenceOptions } from '../domain/influence.ts';
import type { PolicyVersion } from '../domain/policies.ts';
import type { Verdict, VerificationReport } from '../domain/verification.ts';
import type { VerificationQuestion } from '../runs/ports.ts';

type Json<T> = ColumnType<T, string, string>;

/** What leases.ts reads and writes. */
export interface LeasedColumns {
  id: string;
  tenant_id: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  reason: string | null;
  restarts: number;
  fence: number;
  lease_owner: string | null;
  /** By the database's clock. */
  lease_expires_at: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface InfluenceAnalysesTable extends LeasedColumns {
  model_id: string;
  checkpoint: string | null;
  asks: InfluenceAnalysis['asks'];
  options: Json<InfluenceOptions>;
  sealed_query: string | null;
  sealed_findings: string | null;
  expires_at: string;
}

export interface VerificationsTable extends LeasedColumns {
  model_id: string;
  checkpoint_id: string;
  /** Null of what the schedule asks for. */
  against_checkpoint_id: string | null;
  reference_checkpoint_id: string | null;
  asks: ListedVerification['asks'];
  query_digest: string;
  records: number;
  /** Null once it has ended. */
  question: Json<VerificationQuestion> | null;
  policy: Json<PolicyVersion>;
  verdict: Verdict | null;
  report: Json<VerificationReport> | null;
  report_digest: string | null;
  /** Ids of requests. */
  came_back: Json<string[]> | null;
}
