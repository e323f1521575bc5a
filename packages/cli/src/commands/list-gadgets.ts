import { listGadgets as catalogue } from '@waggle/gadgets';
import { matchesGlob } from '../glob.ts';
import type { OutputFormat } from '../options/output-format.ts';
import { standardPage } from '../sinks/open-page.ts';
import { rowWriter } from '../sinks/row-writer.ts';
import type { Column } from '../table/column.ts';
import { printText } from '../terminal/print-text.ts';

const COLUMNS: readonly Column[] = [
  { name: 'name', description: '', align: 'left', width: 0, hidden: false },
  { name: 'summary', description: '', align: 'left', width: 0, hidden: false },
];

/** `waggle list gadgets [pattern]`: a line each; with `verbose`, also their columns. */
export async function listGadgets(options: {
  pattern?: string;
  verbose?: boolean;
  output?: OutputFormat;
}): Promise<number> {
  const gadgets = catalogue().filter((gadget) => matchesGlob(gadget.name, options.pattern ?? '*'));
  if (options.verbose && (options.output ?? 'columns') === 'columns') {
    for (const { name, doc } of gadgets) {
      printText(`${name}: ${doc.summary}\n`);
      for (const column of [...doc.keys, ...doc.columns, ...doc.histograms]) {
        printText(`  ${column.name.padEnd(10)} ${column.description}${column.hidden ? ' (hidden)' : ''}\n`);
      }
    }
    return 0;
  }
  const rows = gadgets.map(({ name, doc }) => ({ name, summary: doc.summary }));
  const page = standardPage();
  const writer = await rowWriter(options.output ?? 'columns', page);
  writer.table(rows, COLUMNS);
  writer.end();
  page.output.flush();
  return 0;
}
