// What monitoring asks of the store: counts of the whole installation, of nobody in particular.

export interface Figures {
  /** Requests that have not ended; `oldest_seconds` since the oldest of them was received. */
  requests: { state: string; count: number; oldest_seconds: number }[];
  /** Requests that have not ended and are due by now, and within so many days from now. */
  due: { days: number; count: number }[];
  /** All runs that there are. */
  runs: { state: string; count: number }[];
  /** Of the latest attempts of runs that have ended, together; null where there is none. */
  steps_per_second: number | null;
  ledger_entries: number;
  /** Requests that will be late by the forecast, models whose requests wait for others, and workers that are there. */
  forecast: { at_risk: number; windows: number; workers: number };
}

export interface FiguresStore {
  /** `days`: how far ahead due dates are counted. */
  figures(days: readonly number[]): Promise<Figures>;
  /** Names of the migrations that this version has and the database has not. */
  pendingMigrations(): Promise<string[]>;
  /** By the database's clock, RFC 3339. */
  databaseTime(): Promise<string>;
}
