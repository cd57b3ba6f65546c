// When a deletion request must be answered: one calendar month after it was submitted, three where that was extended
// (GDPR Art. 12(3)).

/**
 * The same day and time so many calendar months later, UTC; a day that the month lacks becomes its last day
 * (31 January -> 28 or 29 February; Regulation 1182/71 Art. 3(2)(c)). Takes and returns an RFC 3339 time.
 */
export function monthsAfter(submittedAt: string, months: number): string {
  const from = new Date(submittedAt);
  const due = new Date(from);
  // day 0 of the month after it is the last day of a month
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  due.setUTCDate(1);
  due.setUTCMonth(from.getUTCMonth() + months);
  due.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return due.toISOString();
}

export const oneMonthAfter = (submittedAt: string): string => monthsAfter(submittedAt, 1);

/** Months that an extension may add. */
export const MOST_EXTENSION = 2;
