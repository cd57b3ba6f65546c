// What the application is built from, and the type that every route file receives.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { Config } from '../config.ts';
import type { Method } from '../domain/method.ts';
import type { Metric } from '../domain/metric.ts';
import type {
  CheckpointFiles,
  CorpusFiles,
  Counter,
  Doorbell,
  OpenDsrSigner,
  Signer,
  Store,
  SubjectKeys,
  UploadFiles,
} from '../runs/ports.ts';
import type { Tracing } from '../runs/tracing-port.ts';

export interface AppDeps {
  config: Config;
  store: Store;
  doorbell: Doorbell;
  corpora: CorpusFiles;
  checkpoints: CheckpointFiles;
  uploads: UploadFiles;
  subjectKeys: SubjectKeys;
  signer: Signer;
  /** Null or left out: OpenDSR is not configured. */
  opendsr?: OpenDsrSigner | null;
  methods: Readonly<Record<string, Method>>;
  metrics?: readonly Metric[];
  version: string;
  /** Of calls, shared by the API's processes; absent: each counts alone. */
  counter?: Counter;
  /** Left out: nobody follows what is going on. */
  tracing?: Tracing;
  clock?: () => Date;
  logger?: FastifyBaseLogger;
}

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export type Routes = (app: App, deps: AppDeps) => void;
