/** waggle's gateway: the aggregated Kubernetes API of streams, and the webhook that checks traces. */
export { CertificateStore } from './certificates/certificate-store.ts';
