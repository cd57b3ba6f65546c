// Which deletion requests the store is asked for.
/** What is left out does not matter. */
export interface RequestFilters {
  state?: string;
  external_id?: string;
  group_id?: string;
  /** Times: arrived then or later; earlier. */
  received_from?: string;
  received_before?: string;
  /** Has not ended, and is due before. */
  due_before?: string;
}
