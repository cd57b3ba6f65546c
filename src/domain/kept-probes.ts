// What is kept of somebody forgotten, so that later runs can look whether the model remembers again.
import type { TrainingRecord } from './record.ts';

/** Records of a person that are kept: a sample by the request, since more would show little more and be more to keep. */
export const KEPT_RECORDS = 20;
/** Requests whose people are looked at again in one run: a sample by the run, so that its cost has a bound. */
export const LOOKED_AT_AGAIN = 50;

/** Longer is not looking again but keeping. */
export const MAX_REVERIFY_DAYS = 365;

/** Of one request on one model. */
export interface KeptProbes {
  /** Number of the person in the run that forgot them: requests of one run with the same number are one person's. */
  person: number;
  /** As they were learned; their ids are gone. */
  records: TrainingRecord[];
}

/** Where sealed probes lie. */
export interface ProbeFile {
  run_id: string;
  key_id: string;
}

/** Which sealed probes: nothing of it says who. */
export interface ProbePlace extends ProbeFile {
  model_id: string;
  request_id: string;
}
