/**
 * Random scripts for property tests: `parse(printScript(script))` gives each of them back, but for its spans. They follow
 * the grammar alone: most of them mean nothing.
 */
import fc from 'fast-check';
import {
  compact,
  few,
  integer,
  mapName,
  option,
  plainName,
  record,
  span,
  stringValue,
  trees,
  variable,
  word,
} from './arbitrary-tree.ts';
import type { AttachPoint, Block, Expression, Item, Name, Script, TypeSyntax } from './ast.ts';
import { splitAttachPoint } from './lex-attach-point.ts';
import { withoutSpans } from './without-spans.ts';

const attachPoint: fc.Arbitrary<AttachPoint> = fc
  .constantFrom(
    'begin',
    'END',
    'kprobe:vfs_read',
    'k:nf_tables:nft_*+0x10',
    'tracepoint:syscalls:sys_enter_open*',
    'uprobe:/bin/bash:readline',
    'u:libc:"operator new(unsigned long, int)"',
    'uprobe:/opt/a-b_1.2:_ZN3foo3barEv',
    'usdt:/usr/lib/x.so::probe',
    'profile:hz:99',
    'interval:1s',
    'software:faults:',
    'self:signal:SIGUSR1',
    'watchpoint:0x10000000:8:rw',
    'iter:task_file:/sys/fs/bpf/files',
    'uprobe:"/a/\\"q\\"":cpp:"x::y(char const*)"',
  )
  .map((text) => withoutSpans(splitAttachPoint(text, 0)));

const macroBody: fc.Arbitrary<Block> = fc.oneof(
  trees.block,
  trees.value.map(({ block }) => block),
);

const memberType = fc
  .tuple(fc.constantFrom('int', 'u8', 'unsigned long long', 'pid_t', 'foo'), fc.nat(2), few(option(integer)))
  .map(([text, pointers, lengths]): TypeSyntax => ({ kind: 'type', name: text, pointers, lengths, span }));

const enumDefinition = record('enum-definition', {
  name: option(plainName),
  values: few(fc.record({ name: plainName, value: option(trees.expression) }).map(compact)),
}).map(compact);

const structDefinition = fc.letrec<{ struct: Item & { kind: 'struct-definition' } }>((tie) => ({
  struct: record('struct-definition', {
    union: fc.boolean(),
    name: option(plainName),
    members: few(
      fc.oneof(
        { maxDepth: 2, depthIdentifier: 'struct' },
        fc.record({ name: plainName, type: memberType, span: fc.constant(span) }),
        fc.record({
          name: plainName,
          type: memberType.map((type) => ({ ...type, lengths: [] })),
          bitfieldSize: fc.nat(64),
          span: fc.constant(span),
        }),
        fc
          .record({ name: option(plainName), type: fc.oneof(tie('struct'), enumDefinition), span: fc.constant(span) })
          .map(compact),
      ),
    ),
  }).map(compact) as fc.Arbitrary<Item & { kind: 'struct-definition' }>,
})).struct;

const setting = fc.oneof(
  integer,
  stringValue.map((value): Expression => ({ kind: 'string', value, span })),
  fc.boolean().map((value): Expression => ({ kind: 'boolean', value, span })),
  word.map((text): Expression => ({ kind: 'identifier', name: text, span })),
);

const item: fc.Arbitrary<Item> = fc.oneof(
  {
    weight: 6,
    arbitrary: record('probe', {
      attachPoints: few(attachPoint, 1),
      predicate: option(trees.expression),
      body: trees.block,
    }).map(compact),
  },
  fc
    .constantFrom('#include <linux/fs.h>', '#define UNUSED_LIMIT 10', '#define UNUSED_TEXT "//" \\\n  1')
    .map((text) => ({ kind: 'preprocessor', text, span })),
  structDefinition,
  enumDefinition,
  record('import', { path: stringValue }),
  record('map-declaration', {
    name: mapName.map((text): Name => ({ text, span })),
    type: fc.constantFrom('hash', 'lruhash').map((text): Name => ({ text, span })),
    args: few(trees.expression),
  }),
  record('macro', {
    name: plainName,
    params: few(
      fc.oneof(
        variable,
        mapName.map((text) => ({ kind: 'map', name: text, span })),
        fc.constant({ kind: 'identifier', name: 'param', span }),
      ),
    ),
    body: macroBody,
  }),
  record('subprogram', {
    name: plainName,
    params: few(fc.record({ variable, type: trees.type })),
    returns: trees.type,
    body: trees.block,
  }),
) as fc.Arbitrary<Item>;

const config = record('config', { entries: few(fc.record({ name: plainName, value: setting })) }) as fc.Arbitrary<Item>;

export const arbitraryScript: fc.Arbitrary<Script> = fc
  .tuple(fc.option(config), fc.array(item, { maxLength: 5 }))
  .map(([first, items]) => ({ kind: 'script', items: first ? [first, ...items] : items, comments: [], span }));
