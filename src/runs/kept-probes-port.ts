// What is kept of the forgotten until nobody may look any more: sealed on disk, its key in the store.
import type { KeptProbes, ProbeFile, ProbePlace } from '../domain/kept-probes.ts';
import type { SetRow } from '../domain/record.ts';
import type { Claim } from './store-port.ts';

/** Sealed probes that a publication makes known. */
export interface NewKeptProbes extends ProbePlace {
  wrapped_key: string;
  /** Of the sealed file. */
  digest: string;
  records: number;
  /** How long they are kept from the publication on, milliseconds. */
  keep_ms: number;
}

/** What one request of a run has it forget. */
export interface RequestRecords {
  request_id: string;
  /** As the request asks; null: it leaves that to the service. */
  keep_ms: number | null;
  rows: Pick<SetRow, 'corpus_id' | 'ordinal'>[];
}

/** Everybody whom earlier runs made the model forget. */
export interface EarlierRequests {
  requests: number;
  /** Those nobody can look at again, and since when that is so of the first of them. */
  unobservable_requests: number;
  unobservable_since: string | null;
  /** At most as many as asked for; the same seed picks the same. */
  sample: (ProbePlace & { wrapped_key: string })[];
}

export interface KeptProbesStore {
  /** Records that the run forgets, by request; a request without any is not in it. */
  requestRecords(claim: Claim): Promise<RequestRecords[]>;
  /** Requests that published runs of a model have completed, those of the run `but` left out. */
  earlierRequests(
    of: { tenant: string; model_id: string; but: string | null },
    sample: { most: number; seed: number },
  ): Promise<EarlierRequests>;
  /** Places of what is kept of a tenant's requests. */
  keptProbes(tenant: string): Promise<ProbePlace[]>;
  /** Whether anything is kept of anybody. */
  keepsProbes(): Promise<boolean>;
  /** Probes whose time is over. */
  expiredProbes(): Promise<(ProbePlace & { tenant: string })[]>;
  /**
   * Deletes the key, with a ledger entry: from then on nothing opens what it sealed, wherever a copy lies. False where it
   * is gone already.
   */
  shredProbes(one: { tenant: string; key_id: string }, actor: string, why: 'expired' | 'lost'): Promise<boolean>;
  /** Keys that are there, or that an open run may still make known: those among the given files'. */
  neededProbes(files: readonly ProbeFile[]): Promise<Set<string>>;
}

export interface ProbeVault {
  /** Seals under a fresh key and writes, whole or not at all; on the disk for good when it resolves. */
  keep(place: ProbePlace, probes: KeptProbes): Promise<{ wrapped_key: string; digest: string }>;
  /**
   * Null where the file is gone, or is not what that key sealed for that place. Throws `storage-not-writable` where the whole folder is
   * another one, as when its disk is not mounted.
   */
  open(place: ProbePlace, wrapped_key: string): Promise<KeptProbes | null>;
  /** Idempotent. */
  remove(place: ProbeFile): Promise<void>;
  /** Removes files whose keys `needed` does not name: nobody can open them or make them known any more; returns how many. */
  sweep(needed: (files: readonly ProbeFile[]) => Promise<Set<string>>): Promise<number>;
  /** Writes people for one job into its folder, sealed under a key that is on no disk and dies with the job. */
  handOver(folder: string, people: KeptProbes[]): Promise<{ file: string; key: Uint8Array }>;
}
