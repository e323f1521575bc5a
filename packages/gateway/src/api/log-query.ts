import { parseResume } from '@waggle/trace/stream';

/** What a reader asks of a log. */
export interface LogQuery {
  readonly follow: boolean;
  /** As it came: the merger reads it. */
  readonly resume: string;
}

/** Unknown parameters are left out, as everywhere in the Kubernetes API; wrong ones are told. */
export function parseLogQuery(search: URLSearchParams): LogQuery | { readonly problem: string } {
  const follow = search.get('follow') ?? 'false';
  if (!/^(true|false|1|0|)$/.test(follow)) return { problem: `follow: expected true or false, found "${follow}"` };
  const resume = search.get('resume') ?? '';
  try {
    parseResume(resume);
  } catch {
    return { problem: `resume: expected NODE:RUN:ORDINAL,…, found "${resume.slice(0, 100)}"` };
  }
  return { follow: follow === 'true' || follow === '1', resume };
}
