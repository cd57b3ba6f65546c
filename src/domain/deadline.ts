// When a deletion request must be answered: one calendar month after it was submitted (GDPR Art. 12(3)).

/**
 * The same day and time of the next calendar month, UTC; a day that the next month lacks becomes its last day
 * (31 January -> 28 or 29 February; Regulation 1182/71 Art. 3(2)(c)). Takes and returns an RFC 3339 time.
 */
export function oneMonthAfter(submittedAt: string): string {
  const from = new Date(submittedAt);
  const due = new Date(from);
  // day 0 of the month after the next one is the last day of the next month
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 2, 0)).getUTCDate();
  due.setUTCDate(1);
  due.setUTCMonth(from.getUTCMonth() + 1);
  due.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return due.toISOString();
}
