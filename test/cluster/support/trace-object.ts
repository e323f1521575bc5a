import { WAGGLE_API_VERSION } from '@waggle/kube';

/** A Trace as somebody writes it, who may make mistakes. */
export function trace(namespace: string, name: string, spec: object): object {
  return { apiVersion: WAGGLE_API_VERSION, kind: 'Trace', metadata: { name, namespace }, spec };
}
