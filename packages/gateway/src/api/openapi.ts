import { createHash } from 'node:crypto';
import { CLUSTER_TRACES, FRAMES_MEDIA_TYPE, STREAM_GROUP, STREAM_VERSION, TRACES } from '@waggle/kube';

const API = `/apis/${STREAM_GROUP}/${STREAM_VERSION}`;
const INFO = { title: 'waggle: streams of traces', version: STREAM_VERSION };

const LOGS = [
  {
    path: `${API}/namespaces/{namespace}/${TRACES.plural}/{name}/log`,
    kind: TRACES.kind,
    parts: ['namespace', 'name'],
  },
  { path: `${API}/${CLUSTER_TRACES.plural}/{name}/log`, kind: CLUSTER_TRACES.kind, parts: ['name'] },
];

const QUERY = [
  { name: 'follow', type: 'boolean', description: 'Goes on until the trace ends. Otherwise: what there is now.' },
  { name: 'resume', type: 'string', description: 'Where a reader was when its stream was cut: NODE:RUN:ORDINAL,…' },
];

const DESCRIPTION = 'The frames of a trace from all of its nodes, merged.';

function operation(kind: string) {
  return {
    operationId: `readStreamWaggleDevV1alpha1${kind === TRACES.kind ? 'Namespaced' : ''}${kind}Log`,
    description: DESCRIPTION,
    tags: ['streamWaggleDev_v1alpha1'],
    'x-kubernetes-action': 'get',
    'x-kubernetes-group-version-kind': { group: STREAM_GROUP, version: STREAM_VERSION, kind },
  };
}

/** `/openapi/v2` */
export const OPENAPI_V2 = {
  swagger: '2.0',
  info: INFO,
  paths: Object.fromEntries(
    LOGS.map(({ path, kind, parts }) => [
      path,
      {
        get: {
          ...operation(kind),
          produces: [FRAMES_MEDIA_TYPE],
          schemes: ['https'],
          responses: {
            200: { description: 'OK', schema: { type: 'string', format: 'byte' } },
            401: { description: 'Unauthorized' },
          },
        },
        parameters: [
          ...parts.map((name) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true })),
          ...QUERY.map(({ name, type, description }) => ({ name, in: 'query', type, description, uniqueItems: true })),
        ],
      },
    ]),
  ),
  definitions: {},
};

/** `/openapi/v3/apis/stream.waggle.dev/v1alpha1` */
export const OPENAPI_V3 = {
  openapi: '3.0.0',
  info: INFO,
  paths: Object.fromEntries(
    LOGS.map(({ path, kind, parts }) => [
      path,
      {
        get: {
          ...operation(kind),
          responses: {
            200: {
              description: 'OK',
              content: { [FRAMES_MEDIA_TYPE]: { schema: { type: 'string', format: 'binary' } } },
            },
            401: { description: 'Unauthorized' },
          },
        },
        parameters: [
          ...parts.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
          ...QUERY.map(({ name, type, description }) => ({ name, in: 'query', description, schema: { type } })),
        ],
      },
    ]),
  ),
  components: { schemas: {} },
};

/** `/openapi/v3`: the hash lets clients keep what they have. */
export const OPENAPI_V3_LIST = {
  paths: {
    [API.slice(1)]: { serverRelativeURL: `/openapi/v3${API}?hash=${hashOf(OPENAPI_V3)}` },
  },
};

/** A strong entity tag of a document. */
export function entityTag(document: unknown): string {
  return `"${hashOf(document)}"`;
}

function hashOf(document: unknown): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex').toUpperCase();
}
