import { SourceText } from '@waggle/bpftrace';
import { findGadget, gadgetOf } from '@waggle/gadgets';
import type { Sink } from '@waggle/trace';
import type { StreamOpening } from '@waggle/trace/stream';
import { ResultSink } from '../../sinks/result-sink.ts';
import type { Page, RowWriter } from '../../sinks/row-writer.ts';
import type { RowOptions } from '../../table/row-selection.ts';

export interface StreamViewOptions {
  readonly writer: RowWriter;
  readonly page: Page;
  readonly rows: RowOptions;
  /** As many rows as were wanted have been shown. */
  readonly onEnough: () => void;
}

/** What shows a stream's results: all that it needs to know is in the stream's head. */
export function streamView({ info, script }: StreamOpening, { writer, page, rows, onEnough }: StreamViewOptions): Sink {
  const { name, script: text, gadget: gadgetName } = info.program;
  const gadget = (gadgetName === undefined ? undefined : findGadget(gadgetName)) ?? gadgetOf(name, text);
  return new ResultSink({
    script,
    source: new SourceText(name, text),
    gadget,
    showsAllMaps: gadgetName === undefined && gadget.doc.keys.length + gadget.doc.histograms.length === 0,
    writer,
    escape: page.terminalWidth() !== undefined,
    color: page.color,
    rows,
    place: info.trace === undefined ? 'machine' : 'cluster',
    onEnough,
  });
}
