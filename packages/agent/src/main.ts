import { Agent } from './agent.ts';
import { Log } from './log.ts';
import { type AgentOptions, HELP, parseAgentOptions } from './options/agent-options.ts';

/** How long an agent may take to let go of everything. */
const GRACE_MS = 20_000;

const options = readOptions();
if (options === undefined) process.stdout.write(HELP);
else void run(options);

function readOptions(): AgentOptions | undefined {
  try {
    return parseAgentOptions(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`agent: ${(error as Error).message}\n`);
    process.exit(2);
  }
}

async function run(given: AgentOptions): Promise<void> {
  const log = new Log(given.logLevel);
  process.on('uncaughtException', (error) => {
    log.error('uncaught error', { error, stack: error.stack });
    process.exit(1);
  });
  const agent = new Agent(given, log);
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      setTimeout(() => process.exit(1), GRACE_MS).unref();
      void agent.stop().then(() => process.exit(0));
    });
  }
  try {
    await agent.start();
  } catch (error) {
    log.error('cannot start', { error, code: (error as { code?: unknown }).code });
    process.exit(1);
  }
}
