import { expect, test } from 'vitest';
import { formatServerTable, type ServerTable } from './server-table.ts';

const table: ServerTable = {
  columnDefinitions: [
    { name: 'Name', priority: 0 },
    { name: 'Phase', priority: 0 },
    { name: 'Target', priority: 1 },
  ],
  rows: [
    { cells: ['opensnoop', 'Running', null], object: { metadata: { name: 'opensnoop', namespace: 'shop' } } },
    { cells: ['\x1b[2Jx', 'Completed', 'app=a'], object: { metadata: { name: 'x', namespace: 'a-longer-one' } } },
  ],
};

test.each([
  [{ wide: false, withNamespace: false }, 'NAME        PHASE\nopensnoop   Running\n\\x1b[2Jx    Completed\n'],
  [
    { wide: true, withNamespace: true, prefix: 'trace/' },
    `NAMESPACE      NAME              PHASE       TARGET
shop           trace/opensnoop   Running
a-longer-one   trace/\\x1b[2Jx    Completed   app=a
`,
  ],
])('%j', (printing, expected) => expect(formatServerTable(table, printing)).toBe(expected));
