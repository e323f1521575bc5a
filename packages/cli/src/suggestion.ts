import { nearest } from '@waggle/bpftrace';

/** ` (did you mean "x"?)`, or nothing where no name is near. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const [first] = nearest(name, candidates, 1);
  return first === undefined ? '' : ` (did you mean "${first}"?)`;
}
