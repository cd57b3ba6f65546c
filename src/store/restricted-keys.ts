// Restrictions after a rotation of the subject key: whoever is stored under a new key is restricted under it too.
import { sql } from 'kysely';
import type { VersionedPerson } from '../runs/ports.ts';
import type { Trx } from './db.ts';

/**
 * Adds the stored key of each of these people to every restriction in force that names one of their other keys. In the transaction
 * that stores records under it: no run may see these without.
 */
export async function restrictUnder(trx: Trx, tenant: string, people: readonly VersionedPerson[]): Promise<void> {
  if (people.length === 0) return;
  const pairs = people.flatMap(({ stored, known }) => known.map((key) => ({ key, stored })));
  await sql`
    insert into restriction_subjects (tenant_id, restriction_id, subject_key, type, key_version, normaliser_version)
    select distinct r.tenant_id, r.id, p.stored, p.type, p.key_version, p.normaliser_version
    from unnest(${pairs.map(({ key }) => key)}::text[], ${pairs.map(({ stored }) => stored.key)}::text[],
      ${pairs.map(({ stored }) => stored.type)}::text[], ${pairs.map(({ stored }) => stored.key_version)}::integer[],
      ${pairs.map(({ stored }) => stored.normaliser_version)}::integer[])
      as p (known, stored, type, key_version, normaliser_version)
    join restriction_subjects s on s.tenant_id = ${tenant} and s.subject_key = p.known
    join restrictions r on r.tenant_id = s.tenant_id and r.id = s.restriction_id and r.lifted_at is null
    on conflict do nothing`.execute(trx);
}
