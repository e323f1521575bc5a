import { describe, expect, it } from 'vitest';
import { checkTrace } from './check-trace.ts';
import { reviewTrace } from './review-trace.ts';

interface Given {
  readonly kind?: string;
  readonly operation?: string;
  readonly metadata?: object;
  readonly before?: unknown;
  readonly subResource?: string;
}

async function answerTo(
  spec: unknown,
  { kind = 'Trace', operation = 'CREATE', metadata = {}, before, subResource }: Given = {},
) {
  const body = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      operation,
      kind: { group: 'waggle.dev', version: 'v1alpha1', kind },
      ...(subResource && { subResource }),
      object: { apiVersion: 'waggle.dev/v1alpha1', kind, metadata, spec },
      oldObject: before === undefined ? null : { spec: before },
    },
  };
  const answer = await reviewTrace(body, checkTrace);
  expect(answer?.response.uid).toBe('u-1');
  return answer!.response;
}

const script = (text: string, more: object = {}) => ({ program: { script: text, name: 'my.bt', ...more } });

describe('a review accepts', () => {
  it.each<[string, unknown, Given?]>([
    ['a gadget', { program: { gadget: 'opensnoop' } }],
    ['a script', script('tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }')],
    ['parameters', script('BEGIN { printf("%s\\n", str($1)); }', { parameters: ['x'] })],
    ['what only some kernel has', script('tracepoint:syscalls:sys_enter_no_such { @ = count(); }')],
    [
      'functions that some kernel may have',
      script('kprobe:no_such_function { @ = count(); }'),
      { kind: 'ClusterTrace' },
    ],
    ['types that some kernel may have', script('BEGIN { print(((struct no_such *)0)->x); }'), { kind: 'ClusterTrace' }],
    [
      'unsafe, where it is allowed',
      { ...script('BEGIN { system("true"); }'), options: { unsafe: true } },
      { kind: 'ClusterTrace' },
    ],
    ['a selector', { program: { gadget: 'opensnoop' }, target: { selector: 'app in (cart,web),tier!=cache' } }],
    [
      'whatever is being deleted',
      script('x'),
      { operation: 'UPDATE', metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } },
    ],
    ['a spec that stays as it is', script('x'), { operation: 'UPDATE', before: script('x') }],
    ['status', script('x'), { operation: 'UPDATE', subResource: 'status' }],
    ['other kinds', script('x'), { kind: 'Pod' }],
  ])('%s', async (_, spec, given) => {
    expect(await answerTo(spec, given)).toMatchObject({ allowed: true });
  });
});

describe('a review refuses', () => {
  it.each<[string, unknown, string, Given?]>([
    [
      'a script that is none, with a caret',
      script('BEGIN { printf("%d\\n", $x); }'),
      'my.bt:1:24: error[undefined-variable]',
    ],
    ['an unknown gadget', { program: { gadget: 'opensnop' } }, 'has no gadget "opensnop" (did you mean "opensnoop"?)'],
    ['no program', {}, 'spec.program: must be given'],
    ['two programs', { program: { gadget: 'opensnoop', script: 'BEGIN {}' } }, 'exactly one of gadget and script'],
    [
      'a selector that is none',
      { program: { gadget: 'opensnoop' }, target: { selector: 'app in cart' } },
      'spec.target.selector: ',
    ],
    [
      'namespaces of a Trace',
      { program: { gadget: 'opensnoop' }, target: { namespaces: ['x'] } },
      'only a ClusterTrace has this',
    ],
    ['unsafe calls without leave', script('BEGIN { system("true"); }'), 'error[', { kind: 'ClusterTrace' }],
    [
      'a change for the worse',
      script('x'),
      'my.bt:1:2: error[syntax]',
      { operation: 'UPDATE', before: script('BEGIN {}') },
    ],
  ])('%s', async (_, spec, message, given) => {
    const { allowed, status } = await answerTo(spec, given);
    expect({ allowed, code: status?.code, reason: status?.reason }).toEqual({
      allowed: false,
      code: 400,
      reason: 'BadRequest',
    });
    expect(status?.message).toContain(message);
  });

  it('shows the place', async () => {
    const { status } = await answerTo(script('BEGIN { printf("%d\\n", $x); }'));
    expect(status?.message.split('\n').slice(1, 3)).toEqual([
      '  1 | BEGIN { printf("%d\\n", $x); }',
      '    |                        ^~',
    ]);
  });

  it('says only so much', async () => {
    const { status } = await answerTo(script(`BEGIN { ${'$x = $y; '.repeat(100)} }`));
    expect(status?.message.split('\n').at(-1)).toMatch(/^and \d+ more$/);
  });
});

describe('a script of a Trace is confined', () => {
  it.each<[string, string]>([
    ['the current task', 'BEGIN { print(curtask->pid); }'],
    ['kernel memory', 'BEGIN { print(*(uint64*)0xffffffff81000000); }'],
    ['what arguments point to', 'rawtracepoint:sched_switch { print(args.prev->cred->uid.val); }'],
    ['files of the node', 'BEGIN { cat("/etc/shadow"); }'],
  ])('%s', async (_, text) => {
    const refused = await answerTo(script(text));
    expect([refused.allowed, refused.status?.message]).toEqual([
      false,
      expect.stringMatching(/error\[confined-[a-z-]+\]/),
    ]);
    expect(await answerTo(script(text), { kind: 'ClusterTrace' })).toMatchObject({ allowed: true });
  });

  it('but gadgets of the catalogue are not', async () => {
    for (const gadget of ['biolatency', 'execsnoop', 'opensnoop', 'runqlat', 'syscount'])
      expect([gadget, (await answerTo({ program: { gadget } })).allowed]).toEqual([gadget, true]);
  });
});

it('tells warnings of what is accepted', async () => {
  const { allowed, warnings } = await answerTo(script('BEGIN { 1 + 1; }'));
  expect(allowed).toBe(true);
  expect(warnings).toEqual([expect.stringMatching(/^my\.bt:1:9: /)]);
});

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['a list', []],
  ['another kind', { kind: 'Pod', request: {} }],
  ['no request', { kind: 'AdmissionReview' }],
  ['a request without kind', { kind: 'AdmissionReview', request: { uid: 'x', operation: 'CREATE' } }],
  [
    'an object that is none',
    { kind: 'AdmissionReview', request: { uid: 'x', operation: 'CREATE', kind: { group: 'g', kind: 'k' }, object: 7 } },
  ],
])('what is no review is not answered: %s', async (_, body) => {
  expect(await reviewTrace(body, checkTrace)).toBeUndefined();
});
