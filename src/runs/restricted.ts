// Whose processing is restricted is not asked about (Art. 18(2) GDPR): their records are stored, and nothing else.
import { ExpungeError } from '../errors.ts';
import type { RecordPlace, RestrictionStore, SubjectKey } from './ports.ts';

const refusal = (pointer: string) => {
  const detail = 'is about somebody whose processing is restricted';
  return new ExpungeError('subject-restricted', `${pointer} ${detail}.`, { errors: [{ pointer, detail }] });
};

/**
 * Records that a question about a person is about: `named` without those that name somebody else who is restricted, too. Throws
 * `subject-restricted` for a person who is, and where nothing is left. `pointer`: where the question names them.
 */
export async function unrestricted(
  store: Pick<RestrictionStore, 'restrictedKeys' | 'restrictedAmong'>,
  tenant: string,
  { subjects, named }: { subjects: readonly SubjectKey[]; named: readonly RecordPlace[] },
  pointer: string,
): Promise<RecordPlace[]> {
  const keys = subjects.map(({ key }) => key);
  if ((await store.restrictedKeys(tenant, keys)).size > 0) throw refusal(pointer);
  const nameOf = ({ corpus_id, ordinal }: RecordPlace) => `${corpus_id}/${ordinal}`;
  const withheld = new Set((await store.restrictedAmong(tenant, named)).map(nameOf));
  const left = named.filter((place) => !withheld.has(nameOf(place)));
  if (left.length === 0 && named.length > 0) throw refusal(pointer);
  return left;
}

/** Throws `subject-restricted` where one of the records names such a person, among others or alone. */
export async function refuseRestrictedRecords(
  store: Pick<RestrictionStore, 'restrictedAmong'>,
  tenant: string,
  places: readonly RecordPlace[],
  pointer: string,
): Promise<void> {
  if ((await store.restrictedAmong(tenant, places)).length > 0) throw refusal(pointer);
}
