// Where the records stand that a request is about: those that name its subjects, and those that it names itself.
import { type RawBuilder, sql } from 'kysely';

/**
 * (corpus_id, ordinal), some twice; of whatever corpus, or of those that `corpora` selects. `of` is an alias in the query around it, whose
 * rows have `tenant_id` and the named column of the request's id: to be joined laterally, so that it is read request by request.
 */
export function placesOfRequest(
  of: string,
  column = 'request_id',
  corpora?: RawBuilder<unknown>,
): RawBuilder<{ corpus_id: string; ordinal: number }> {
  const [tenant, request] = [sql.ref(`${of}.tenant_id`), sql.ref(`${of}.${column}`)];
  const within = (alias: 's' | 'p') =>
    corpora === undefined ? sql`` : sql`and ${sql.ref(`${alias}.corpus_id`)} = any(array(${corpora}))`;
  return sql`(
    select s.corpus_id, s.ordinal from request_subjects q
    join record_subjects s on s.tenant_id = q.tenant_id and s.subject_key = q.subject_key
    where q.tenant_id = ${tenant} and q.request_id = ${request} ${within('s')}
    union all
    select p.corpus_id, p.ordinal from request_records p
    where p.tenant_id = ${tenant} and p.request_id = ${request} ${within('p')})`;
}
