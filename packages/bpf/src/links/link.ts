import type { AttachSpec } from '../spec/index.ts';
import type { Fd } from '../sys/fd.ts';

/** A program that is attached to a hook. It runs until `close`, or until the process ends, in whatever way. */
export interface Link extends Disposable {
  readonly spec: AttachSpec;
  readonly closed: boolean;
  /**
   * Detaches: once it returns, the hook calls the program no more. What is left of a tracepoint's or uprobe's event is
   * taken down in the background (`slowClosesDone`), as that takes the kernel 30-120 ms each.
   */
  close(): void;
  /**
   * The same without holding up this thread: resolves once the hook calls the program no more. The kernel waits 20-40 ms
   * for each tracepoint or perf event, and links that are detached at the same time share that.
   */
  detach(): Promise<void>;
}

/** A link made of descriptors that close at once. */
export function linkOf(spec: AttachSpec, ...fds: readonly Fd[]): Link {
  return linkOfEvents(spec, fds, []);
}

/** A link on perf events: first what makes them call the program is closed, then, in the background, the events. */
export function linkOfEvents(spec: AttachSpec, fds: readonly Fd[], events: readonly Fd[]): Link {
  let closed = false;
  const close = (): void => {
    closed = true;
    for (const fd of fds) fd.close();
    for (const event of events) event.closeSlowly();
  };
  const detach = async (): Promise<void> => {
    closed = true;
    await Promise.all(fds.map((fd) => fd.closeOnThread()));
    for (const event of events) event.closeSlowly();
  };
  return {
    spec,
    get closed() {
      return closed;
    },
    close,
    detach,
    [Symbol.dispose]: close,
  };
}
