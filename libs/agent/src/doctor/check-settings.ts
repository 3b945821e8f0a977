import { existsSync } from 'node:fs';
import type { Finding } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Check = (env: Environment) => Finding | undefined;

const agents = /dd-trace|newrelic|elastic-apm-node|@sentry\/|@splunk\/otel|auto-instrumentations-node\/register/;

const checks: readonly Check[] = [
  ({ OTEL_SDK_DISABLED: disabled }) =>
    disabled?.toLowerCase() === 'true'
      ? {
          code: 'SDK_DISABLED',
          message: 'OTEL_SDK_DISABLED=true switches tracing off',
          remedy: 'Unset it.',
        }
      : undefined,
  env =>
    exporterOf(env) === 'none'
      ? { code: 'EXPORTER_NONE', message: 'the exporter is none, so spans go nowhere', remedy: 'Use otlp.' }
      : undefined,
  env =>
    /^(?:otlp(?:-grpc)?|zipkin|console|none|file(?::.*)?)$/.test(exporterOf(env))
      ? undefined
      : {
          code: 'EXPORTER_UNKNOWN',
          message: `there is no exporter ${exporterOf(env)}`,
          remedy: 'Name one of otlp, otlp-grpc, zipkin, console, file and none.',
        },
  env =>
    rateOf(env) === 0 || /always_off$/.test(env['OTEL_TRACES_SAMPLER'] ?? '')
      ? { code: 'SAMPLING_OFF', message: 'the sample rate is 0, so no trace is kept', remedy: 'Give a share above 0.' }
      : undefined,
  env => {
    const rate = rateOf(env);
    return rate === undefined || (rate >= 0 && rate <= 1)
      ? undefined
      : {
          code: 'SAMPLING_INVALID',
          message: 'the sample rate is no share from 0 to 1',
          remedy: 'Give one such as 0.1, not percent.',
        };
  },
  ({ OTEL_CONFIG_FILE: file }) =>
    file === undefined || file === '' || existsSync(file)
      ? undefined
      : {
          code: 'CONFIG_FILE_MISSING',
          message: `OTEL_CONFIG_FILE names ${file}, which is not there`,
          remedy: 'Correct the path, or unset it.',
        },
  ({ OTEL_RESOURCE_ATTRIBUTES: attributes }) =>
    attributes === undefined ||
    attributes === '' ||
    attributes.split(',').every(pair => /^([^=]+=.+)?$/s.test(pair.trim()))
      ? undefined
      : {
          code: 'RESOURCE_INVALID',
          message: 'OTEL_RESOURCE_ATTRIBUTES is not key=value,key=value, and what is not is left out',
          remedy: 'Correct it; values are percent-encoded.',
        },
  ({ NODE_OPTIONS: options = '' }) => {
    const [other] = agents.exec(options) ?? [];
    return other === undefined
      ? undefined
      : {
          code: 'OTHER_AGENT',
          message: `NODE_OPTIONS loads another agent, ${other}: every call gives two spans, or none`,
          remedy: 'Load one of the two.',
        };
  },
];

/** What in the environment keeps spans from being made or sent. */
export function checkSettings(env: Environment): Finding[] {
  return checks.flatMap(check => check(env) ?? []);
}

function exporterOf(env: Environment): string {
  return env['AUTO_AGENT_EXPORTER'] ?? env['OTEL_TRACES_EXPORTER'] ?? 'otlp';
}

function rateOf(env: Environment): number | undefined {
  const isByRate = /traceidratio$/.test(env['OTEL_TRACES_SAMPLER'] ?? '');
  const given = env['AUTO_AGENT_SAMPLE_RATE'] ?? (isByRate ? env['OTEL_TRACES_SAMPLER_ARG'] : undefined);
  return given === undefined || given === '' ? undefined : Number(given);
}
