import type { KubeError } from '@waggle/kube';

/** `admission webhook "traces.waggle.dev" denied the request: …` (k8s.io/apiserver, admission/plugin/webhook/errors). */
const DENIED = /^admission webhook "[^"]+" denied the request: /;

/** What the cluster's webhook found wrong with a script, as the compiler says it; undefined for other refusals. */
export function rejectionText({ message }: KubeError): string | undefined {
  if (!DENIED.test(message)) return undefined;
  return `${message.replace(DENIED, '').trimEnd()}\n`;
}
