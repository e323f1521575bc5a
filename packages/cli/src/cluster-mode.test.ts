import { describe, expect, test } from 'vitest';
import { buildClusterProgram } from './cluster/cluster-command-line.ts';
import { CLUSTER_FLAGS, isClusterCommandLine, VALUE_FLAGS } from './cluster-mode.ts';
import { buildProgram } from './command-line.ts';

const words = (line: string) => (line === '' ? [] : line.split(' '));

describe('a command line is for', () => {
  test.each([
    'run opensnoop',
    'run opensnoop -- cat -n /etc/hostname',
    'run opensnoop --sort -size --columns -node,+labels',
    'run opensnoop --filter -nosuch',
    'run -e BEGIN -p 5',
    'run opensnoop --container web -q -v -o json',
    'run --help',
    'list gadgets',
    'check -e x',
    'version',
    'completion bash',
    '-V',
    '__complete run opensnoop --c',
    '__complete list ',
  ])('this machine: waggle %s', (line) => expect(isClusterCommandLine('/usr/bin/waggle', words(line))).toBe(false));

  test.each([
    'run opensnoop -n shop',
    'run opensnoop -nshop',
    'run opensnoop -A',
    'run opensnoop -l app=cart',
    'run opensnoop --selector=app=cart',
    'run opensnoop --pod a',
    'run opensnoop --context x --timeout 5s',
    'run opensnoop --sort size -n shop',
    'get',
    'deploy --dry-run',
    'attach x',
    'version --context x',
    '--help',
    'help run',
    '',
    '-n shop run opensnoop',
    'runn',
    '__complete ',
    '__complete de',
    '__complete get -',
    '__complete run -n shop -',
  ])('a cluster: waggle %s', (line) => expect(isClusterCommandLine('/usr/bin/waggle', words(line))).toBe(true));

  test.each([
    ['run opensnoop', true],
    ['version', true],
    ['list gadgets', false],
    ['demo', false],
    ['--version', false],
  ])('kubectl waggle %s: a cluster %s', (line, expected) =>
    expect(isClusterCommandLine('/usr/local/bin/kubectl-waggle', words(line))).toBe(expected),
  );
});

/** The options of a command of the tree. */
function optionsOf(program: ReturnType<typeof buildProgram>, name: string) {
  return program.commands.find((command) => command.name() === name)!.options;
}

test('flags with values are those that the local commands have', () => {
  const options = ['run', 'check'].flatMap((name) => optionsOf(buildProgram(), name));
  const flags = options.filter(({ required }) => required).flatMap(({ short, long }) => [short, long]);
  expect(new Set(flags.filter((flag) => flag !== undefined))).toEqual(VALUE_FLAGS);
});

test('flags that mean a cluster are those that only its run command has', () => {
  const local = new Set(optionsOf(buildProgram(), 'run').map(({ long }) => long!));
  const flags = optionsOf(buildClusterProgram('waggle'), 'run').map(({ long }) => long!);
  expect(new Set(flags.filter((flag) => !local.has(flag)))).toEqual(CLUSTER_FLAGS);
});
