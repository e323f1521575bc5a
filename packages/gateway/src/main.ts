import { isMainThread } from 'node:worker_threads';
import { inClusterConnection, KubeClient, type KubeConnection } from '@waggle/kube';
import { Gateway } from './gateway.ts';
import { Log } from './log.ts';
import { type GatewayOptions, HELP, parseOptions } from './options.ts';
import { serveChecks } from './webhook/check-thread.ts';

if (isMainThread) start();
else serveChecks(); // The thread of the gateway's TraceChecker.

function start(): void {
  const options = readOptions();
  if (options === undefined) process.stdout.write(HELP);
  else void run(options);
}

function readOptions(): GatewayOptions | undefined {
  try {
    return parseOptions(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`gateway: ${(error as Error).message}\n`);
    process.exit(2);
  }
}

async function run(given: GatewayOptions): Promise<void> {
  const log = new Log(given.logLevel);
  process.on('uncaughtException', (error) => {
    log.error('uncaught error', { error, stack: error.stack });
    process.exit(1);
  });
  const client = new KubeClient(connection(), { userAgent: 'waggle-gateway' });
  const gateway = new Gateway(client, given, log, new URL(import.meta.url));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void gateway.stop().then(() => process.exit(0));
    });
  }
  await gateway.start();
}

function connection(): KubeConnection {
  try {
    return inClusterConnection();
  } catch (error) {
    process.stderr.write(`gateway: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
