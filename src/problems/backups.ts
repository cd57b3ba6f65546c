// What can be wrong with backups.
import type { Problem } from './problem.ts';

export const BACKUP_PROBLEMS = {
  'backup-refused': [
    409,
    'No backup was made',
    'Correct what the detail names; `expunge ledger verify` and GET /v1/models/{id}/checkpoints show what there is.',
  ],
  'backup-invalid': [422, 'The backup cannot be used', 'Use another one; nothing was changed.'],
  'deletions-missing': [
    422,
    'What was deleted since the backup is not known',
    'Give the newest list (`expunge backup deletions`, or DELETIONS_FILE) with --deletions, or say --accept-missing-deletions: people who were deleted since may come back then.',
  ],
} as const satisfies Record<string, Problem>;
