// Requests that have not ended: few beside those that have, and in an index of their own.
import { sql } from 'kysely';
import { OPEN_STATES } from '../domain/states.ts';

/** Written out, as the index is: with parameters Postgres would not use it. */
export const openStates = sql.join(OPEN_STATES.map((state) => sql.lit(state)));
export const isOpen = sql<boolean>`state in (${openStates})`;
