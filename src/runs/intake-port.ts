// How deletion requests are taken in.
import type { AskedRecords, DeletionRequest, MethodChoice, Model } from '../domain/resources.ts';
import type { RequestState } from '../domain/states.ts';
import type { ForgetBudget } from '../domain/suspicion.ts';
import type { RecordPlace } from './influence-port.ts';
import type { SetCounts } from './plan/facts.ts';

/** A person as the store knows them: HMAC of type and normalised identifier, never the identifier. */
export interface SubjectKey {
  key: string;
  type: string;
  key_version: number;
  normaliser_version: number;
}

/** Whose records: those of requests, or those that a request which is not kept yet is about. */
export type Whose =
  | { requests: readonly string[] }
  | { subjects: readonly Pick<SubjectKey, 'key'>[]; places?: readonly RecordPlace[] };

/** Theirs whom published runs of the model with this id have forgotten, whoever asked. */
export interface ForgottenBy {
  forgotten_by: string;
}

export interface CreateRequest {
  tenant: string;
  external_id: string | null;
  ground: string | null;
  subjects: SubjectKey[];
  /** Records that it names itself, whoever they name; each once. */
  places?: readonly RecordPlace[];
  /** What was asked for to find these; null or left out: nothing. */
  asked_records?: AskedRecords | null;
  /** Models to unlearn from; null: every model trained on a matching record. */
  model_ids: string[] | null;
  method: MethodChoice | null;
  /** How long its person may be looked at again; null or left out: as long as the service does. */
  reverify_seconds?: number | null;
  submitted_at: string;
  actor: string;
  /** False: nothing begins before somebody says that the person is who they say they are. Default true. */
  verified?: boolean;
  /** Nothing begins before it has passed. Default 0. */
  cooling_off_ms?: number;
  /** Default false. */
  approval_required?: boolean;
  group_id?: string | null;
  /** It waits for no others to come. Default false. */
  urgent?: boolean;
  /** What needs nobody's approval; left out: everything, as far as its size goes. */
  budget?: ForgetBudget;
  /** What its plan comes to, by model; a model that is left out is estimated by its runs. */
  estimated_seconds?: Readonly<Record<string, number>>;
  /**
   * Of a call that may be sent again: `call` is a keyed digest of its Idempotency-Key and of all that was sent, `line` that of a batch, and 0
   * of a single request. It is taken in once: the second time is an error, whatever became of the first request.
   */
  batch_line?: { call: string; line: number };
  /** W3C Trace Context; null or left out: nobody follows how it came in. */
  traceparent?: string | null;
  /** Of a request that came by OpenDSR. */
  opendsr?: OpenDsrFacts;
}
/** `subject_request_id`: the controller's own. */
export interface OpenDsrFacts {
  subject_request_id: string;
  controller_id: string;
  regulation: 'gdpr' | 'ccpa';
  callback_urls: string[];
}
export type CreateRequestRefusal =
  /** An open request names the same person, or the same record, for the same model. */
  | { status: 'already_open'; request_id: string }
  | { status: 'external_id_taken'; request_id: string; is_open: boolean }
  | { status: 'unknown_model'; model_id: string };
export type CreateRequestOutcome =
  | { status: 'created'; request: DeletionRequest; ring: string[] }
  | CreateRequestRefusal;
export type CreateManyOutcome =
  | { status: 'created'; request_id: string; state: RequestState; ring: string[] }
  | CreateRequestRefusal;

/** What a request would come to; nothing of it is stored. */
export type RequestPreview = { status: 'possible'; targets: (SetCounts & { model: Model })[] } | CreateRequestRefusal;

export interface IntakeStore {
  createRequest(input: CreateRequest): Promise<CreateRequestOutcome>;
  /** The same for many of one tenant, in one transaction: each in order, and one that is refused refuses no other. */
  createRequests(inputs: readonly CreateRequest[]): Promise<CreateManyOutcome[]>;
  /** Said between transactions that add many: so many rows are new, and what the database knows of its tables may be old. */
  keepStatistics(added: number): Promise<void>;
  /** What `createRequest` would do with the same input, and what the sets of its runs would count; writes nothing. */
  previewRequest(
    input: Pick<CreateRequest, 'tenant' | 'external_id' | 'subjects' | 'places' | 'model_ids' | 'method'>,
  ): Promise<RequestPreview>;
}
