import { type Command, Option } from 'commander';
import { duration, integer } from './parse-value.ts';

/** `-o`: the formats that every table has. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'format')
    .choices(['columns', 'json', 'jsonl', 'yaml', 'csv'])
    .default('columns');
}

/** Gives a command the flags that say how the results of a running trace are shown, wherever they come from. */
export function addShowOptions(command: Command): Command {
  return addReplayOptions(command).option(
    '--interval <time>',
    'show tables and histograms so far every so often, such as 1s',
    duration,
  );
}

/** The same, but for what has to be said while the trace runs. */
export function addReplayOptions(command: Command): Command {
  return command
    .optionsGroup('How it is shown:')
    .addOption(outputOption())
    .option('--output-file <path>', 'write results to a file: a command keeps standard output to itself')
    .option('--columns <list>', 'columns to show: a,b or +c,-d')
    .option('--filter <expression>', 'show rows that match, such as \'comm == "sh" && error != null\'')
    .option('--sort <list>', 'order rows by columns at the end (or each interval): a,-b')
    .option('--max-rows <n>', 'show that many rows at most', integer)
    .option('-q, --quiet', 'no ledger of events at the end');
}

/** `--record`. */
export function recordOption(): Option {
  return new Option('--record <file>', 'keep everything in a file as well, for waggle replay; FILE.gz is compressed');
}
