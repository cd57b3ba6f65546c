// The table of workers as Kysely sees it. Without a tenant: workers work for all.
import type { ColumnType } from 'kysely';
import type { GpuMemory, WorkerNote } from '../domain/workers.ts';

interface WorkersTable {
  worker: string;
  tasks: WorkerNote['tasks'];
  backend: string;
  device: string;
  gpus: ColumnType<GpuMemory[], string, string>;
  memory_bytes: number | null;
  max_parameters: number | null;
  accelerator: string | null;
  seen_at: ColumnType<string, unknown, unknown>;
}

export interface WorkerTables {
  workers: WorkersTable;
}
