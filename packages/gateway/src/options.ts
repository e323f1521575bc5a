import { parseArgs } from 'node:util';
import { GATEWAY_PORT, HEALTH_PORT } from '@waggle/kube';
import { LOG_LEVELS, type LogLevel } from './log.ts';

export interface GatewayOptions {
  readonly namespace: string;
  readonly port: number;
  readonly healthPort: number;
  readonly logLevel: LogLevel;
  /** How long endings may take. */
  readonly graceMs: number;
}

export const HELP = `waggle's gateway: the aggregated Kubernetes API stream.waggle.dev/v1alpha1, and the webhook that checks traces.

usage: gateway [options]

  --namespace NAME      where the agents, and the Secrets with the certificates, are (default: $POD_NAMESPACE, or waggle)
  --port PORT           HTTPS, for the API server (default: ${GATEWAY_PORT})
  --health-port PORT    plain HTTP: /healthz, /readyz (default: ${HEALTH_PORT})
  --log-level LEVEL     ${LOG_LEVELS.join(', ')} (default: info)
  --grace-seconds N     how long requests may take to end after SIGTERM (default: 10)
  --help                this text
`;

/** Options of the command line; undefined where only help was asked for. @throws Error that says what is wrong */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): GatewayOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      namespace: { type: 'string', default: env.POD_NAMESPACE || 'waggle' },
      port: { type: 'string', default: String(GATEWAY_PORT) },
      'health-port': { type: 'string', default: String(HEALTH_PORT) },
      'log-level': { type: 'string', default: 'info' },
      'grace-seconds': { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const logLevel = LOG_LEVELS.find((level) => level === values['log-level']);
  if (logLevel === undefined)
    throw new Error(`--log-level: expected ${LOG_LEVELS.join(', ')}, found "${values['log-level']}"`);
  return {
    namespace: values.namespace,
    port: wholeNumber('--port', values.port, 65_535),
    healthPort: wholeNumber('--health-port', values['health-port'], 65_535),
    logLevel,
    graceMs: wholeNumber('--grace-seconds', values['grace-seconds'], 3600) * 1000,
  };
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new Error(`${flag}: expected a whole number up to ${max}, found "${text}"`);
  return value;
}
