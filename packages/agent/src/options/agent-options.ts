import { parseArgs } from 'node:util';
import { AGENT_PORT, HEALTH_PORT, TLS_FOLDER } from '@waggle/kube';
import { LOG_LEVELS, type LogLevel } from '../log.ts';
import type { RunLimits } from '../runs/run-limits.ts';
import { formatByteSize, parseByteSize } from './byte-size.ts';

export interface AgentOptions {
  readonly node: string;
  readonly hostRoot: string;
  readonly tlsFolder: string;
  readonly address: string;
  readonly port: number;
  readonly healthPort: number;
  /** Absent: where the kubelet puts it. */
  readonly serviceAccountFolder?: string;
  /** Absent: looked for. False: none. */
  readonly criSocket?: string | false;
  readonly logLevel: LogLevel;
  readonly limits: RunLimits;
}

/** Something on the command line, or in the environment, that cannot be. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly code = 'INVALID_OPTION';
}

const DEFAULTS = {
  'max-traces': '32',
  'ring-bytes': '512Ki',
  'max-ring-bytes': '16Mi',
  'max-total-ring-bytes': '128Mi',
  'max-map-bytes': '64Mi',
  'log-bytes': '2Mi',
  'max-total-log-bytes': '64Mi',
} as const;

export const HELP = `waggle's agent: runs the traces of its node, and serves their streams to the gateway.

usage: agent [options]

  --node NAME                  the node that it is on (default: $NODE_NAME)
  --host-root DIR              where the node's /sys/fs/cgroup and /run are (default: $WAGGLE_HOST_ROOT, or /host)
  --cri-socket PATH            of the container runtime; "none": do not ask one (default: looked for in the node's /run)
  --service-account DIR        token and ca.crt of a service account (default: the pod's own)
  --tls-dir DIR                tls.crt, tls.key, ca.crt (default: ${TLS_FOLDER})
  --address ADDRESS            to listen at (default: all)
  --port PORT                  HTTPS, for the gateway (default: ${AGENT_PORT})
  --health-port PORT           plain HTTP: /healthz, /readyz (default: ${HEALTH_PORT})
  --log-level LEVEL            ${LOG_LEVELS.join(', ')} (default: info)

limits; sizes as 4096, 512Ki, 16Mi:
  --max-traces N               traces that run at a time (default: ${DEFAULTS['max-traces']})
  --ring-bytes SIZE            ring buffer of a trace that does not ask for one (default: ${DEFAULTS['ring-bytes']})
  --max-ring-bytes SIZE        the largest that it may ask for (default: ${DEFAULTS['max-ring-bytes']})
  --max-total-ring-bytes SIZE  of all traces together (default: ${DEFAULTS['max-total-ring-bytes']})
  --max-map-bytes SIZE         maps of a trace in the kernel (default: ${DEFAULTS['max-map-bytes']})
  --log-bytes SIZE             what is kept of a trace's stream (default: ${DEFAULTS['log-bytes']})
  --max-total-log-bytes SIZE   of all traces together, the ended ones included (default: ${DEFAULTS['max-total-log-bytes']})
  --help                       this text
`;

/** Undefined where only help was asked for. @throws OptionError */
export function parseAgentOptions(args: readonly string[], env: NodeJS.ProcessEnv): AgentOptions | undefined {
  const values = parse(args, env);
  if (values.help === true) return undefined;
  if (values.node === '') throw new OptionError('no node: set NODE_NAME, or --node NAME');
  const logLevel = LOG_LEVELS.find((level) => level === values['log-level']);
  if (logLevel === undefined)
    throw new OptionError(`--log-level: expected ${LOG_LEVELS.join(', ')}, found "${values['log-level']}"`);
  const criSocket = values['cri-socket'];
  return {
    node: values.node,
    hostRoot: values['host-root'],
    tlsFolder: values['tls-dir'],
    address: values.address,
    port: wholeNumber('--port', values.port, 65_535),
    healthPort: wholeNumber('--health-port', values['health-port'], 65_535),
    ...(values['service-account'] !== undefined && { serviceAccountFolder: values['service-account'] }),
    ...(criSocket !== undefined && { criSocket: criSocket === 'none' ? false : criSocket }),
    logLevel,
    limits: {
      traces: wholeNumber('--max-traces', values['max-traces'], 10_000),
      ringBytes: size('ring-bytes', values),
      maxRingBytes: size('max-ring-bytes', values),
      maxTotalRingBytes: size('max-total-ring-bytes', values),
      maxMapBytes: size('max-map-bytes', values),
      logBytes: size('log-bytes', values),
      maxTotalLogBytes: size('max-total-log-bytes', values),
    },
  };
}

function parse(args: readonly string[], env: NodeJS.ProcessEnv) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        node: { type: 'string', default: env.NODE_NAME ?? '' },
        'host-root': { type: 'string', default: env.WAGGLE_HOST_ROOT || '/host' },
        'cri-socket': { type: 'string' },
        'service-account': { type: 'string' },
        'tls-dir': { type: 'string', default: TLS_FOLDER },
        address: { type: 'string', default: '::' },
        port: { type: 'string', default: String(AGENT_PORT) },
        'health-port': { type: 'string', default: String(HEALTH_PORT) },
        'log-level': { type: 'string', default: 'info' },
        'max-traces': { type: 'string', default: DEFAULTS['max-traces'] },
        'ring-bytes': { type: 'string', default: DEFAULTS['ring-bytes'] },
        'max-ring-bytes': { type: 'string', default: DEFAULTS['max-ring-bytes'] },
        'max-total-ring-bytes': { type: 'string', default: DEFAULTS['max-total-ring-bytes'] },
        'max-map-bytes': { type: 'string', default: DEFAULTS['max-map-bytes'] },
        'log-bytes': { type: 'string', default: DEFAULTS['log-bytes'] },
        'max-total-log-bytes': { type: 'string', default: DEFAULTS['max-total-log-bytes'] },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionError((error as Error).message);
  }
}

function size<K extends string>(name: K, values: Readonly<Record<K, string>>): number {
  const bytes = parseByteSize(values[name]);
  if (bytes === undefined || bytes < 4096)
    throw new OptionError(`--${name}: expected a size of ${formatByteSize(4096)} or more, found "${values[name]}"`);
  return bytes;
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new OptionError(`${flag}: expected a whole number up to ${max}, found "${text}"`);
  return value;
}
