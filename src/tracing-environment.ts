// The variables of tracing, by the names that OpenTelemetry gives them.
import Type from 'typebox';
import { oneOf } from './one-of.ts';

const SAMPLERS = [
  ...(['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const),
  ...(['always_on', 'always_off', 'traceidratio'] as const),
] as const;

export const TRACING_VARIABLES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      description:
        'Where traces go: a collector that takes OTLP over HTTP, as http://127.0.0.1:4318; unset: nowhere, and nothing of OpenTelemetry is loaded',
    }),
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: Type.Optional(
    Type.String({ description: 'The same for traces alone, with its path: http://127.0.0.1:4318/v1/traces' }),
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(['http/protobuf', 'http/json'], 'How traces are written; grpc is not spoken'),
  OTEL_SERVICE_NAME: Type.Optional(
    Type.String({ description: 'What traces call this process; unset: expunge-api or expunge-worker' }),
  ),
  OTEL_SDK_DISABLED: Type.Boolean({ ...{ default: false }, description: 'true: no traces, wherever they would go' }),
  OTEL_TRACES_SAMPLER: oneOf(
    SAMPLERS,
    'Which traces are sent; parentbased: those that the caller has begun, by its choice',
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({
    ...{ minimum: 0, maximum: 1, default: 1 },
    description: 'The share of traces that traceidratio sends',
  }),
};
