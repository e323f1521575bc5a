import type { KubeObject } from '@waggle/kube';
import { parse, parseAllDocuments } from 'yaml';
import { manifestFiles } from './manifest-files.ts';
import { MANIFEST_KINDS, manifestType } from './manifest-kinds.ts';

export interface ManifestOptions {
  /** In place of the manifests' own. */
  readonly image?: string;
  readonly imagePullPolicy?: string;
}

/** What `deploy/` makes of a cluster, in the order in which it is to be made. */
export function manifests(options: ManifestOptions = {}, files = manifestFiles()): KubeObject[] {
  const objects = resourcesOf('', files).flatMap((path) => documents(files[path]!));
  return objects
    .map((object) => withImage(object, options))
    .sort((a, b) => MANIFEST_KINDS.indexOf(manifestType(a)!) - MANIFEST_KINDS.indexOf(manifestType(b)!));
}

/** The files that a folder's kustomization names, those of folders among them. */
function resourcesOf(folder: string, files: Readonly<Record<string, string>>): string[] {
  const text = files[`${folder}kustomization.yaml`];
  if (text === undefined) return [];
  const { resources } = parse(text) as { readonly resources: readonly string[] };
  return resources.flatMap((path) =>
    path.endsWith('.yaml') ? [`${folder}${path}`] : resourcesOf(`${folder}${path.replace(/\/$/, '')}/`, files),
  );
}

function documents(text: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as KubeObject | null;
    return object === null ? [] : [object];
  });
}

interface PodTemplated {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly object[] } } };
}

function withImage(object: KubeObject, { image, imagePullPolicy }: ManifestOptions): KubeObject {
  if (object.kind !== 'DaemonSet' && object.kind !== 'Deployment') return object;
  const { spec } = object as KubeObject & PodTemplated;
  const containers = spec.template.spec.containers.map((container) => ({
    ...container,
    ...(image !== undefined && { image }),
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
  }));
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
  return { ...object, spec: { ...spec, template } } as KubeObject;
}
