// Whose records are kept and not used.
import type { Restriction, RestrictionGround } from '../domain/restriction.ts';
import type { RecordPlace } from './influence-port.ts';
import type { SubjectKey } from './intake-port.ts';
import type { Page, PageQuery } from './store-port.ts';

export interface NewRestriction {
  id: string;
  tenant: string;
  /** The person, or a request of theirs. */
  of: { subjects: readonly SubjectKey[] } | { request_id: string };
  ground: RestrictionGround;
  reason: string;
  actor: string;
}

/** Somebody with keys of several versions: the one that is stored with now, and those of all versions. */
export interface VersionedPerson {
  stored: SubjectKey;
  known: readonly string[];
}

export interface RestrictionStore {
  placeRestriction(wanted: NewRestriction): Promise<
    | { status: 'placed'; restriction: Restriction }
    /** There is no such request, or it names no person. */
    | { status: 'nobody' }
  >;
  /**
   * With `informed_at` it is over; without, it is `ending` and stays in force, and an event says that the person has to be told. Null where
   * there is none; one that was lifted before stays as it is. `check` throws where the caller expects another restriction than is there.
   */
  liftRestriction(
    tenant: string,
    id: string,
    by: { actor: string; reason: string; informed_at: string | null; check?(present: Restriction): void },
  ): Promise<Restriction | null>;
  getRestriction(tenant: string, id: string): Promise<Restriction | null>;
  /** Records of these corpora that name somebody who is restricted, by corpus, in order. */
  restrictedIn(tenant: string, corpora: readonly string[]): Promise<Record<string, number[]>>;
  /** Newest first. */
  listRestrictions(tenant: string, query: PageQuery & { state?: Restriction['state'] }): Promise<Page<Restriction>>;
  /** Of these keys, those in force. */
  restrictedKeys(tenant: string, keys: readonly string[]): Promise<Set<string>>;
  /** Of these records, those that name somebody restricted. */
  restrictedAmong(tenant: string, places: readonly RecordPlace[]): Promise<RecordPlace[]>;
  /** Those whose request was refused or withdrawn are `ending`; whose request is done, over. Returns how many changed. */
  endRestrictions(actor: string): Promise<number>;
}
