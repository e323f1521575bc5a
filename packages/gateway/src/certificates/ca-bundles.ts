import { type KubeClient, type KubeObject, type ResourceType, type ResourceWatch, watchResource } from '@waggle/kube';

const API_SERVICES: ResourceType = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  plural: 'apiservices',
  kind: 'APIService',
  isNamespaced: false,
};
const WEBHOOKS: ResourceType = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  isNamespaced: false,
};
/** The two objects that tell the API server whom to trust when it calls the gateway. No others are touched. */
export const API_SERVICE_NAME = 'v1alpha1.stream.waggle.dev';
export const WEBHOOK_NAME = 'waggle';

interface ApiService extends KubeObject {
  readonly spec?: { readonly caBundle?: string };
}
interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly { readonly name: string; readonly clientConfig: { readonly caBundle?: string } }[];
}
type JsonPatch = readonly { readonly op: 'add'; readonly path: string; readonly value: string }[];

/** The patch that makes an APIService trust the authorities; undefined where it does. */
export function apiServicePatch({ spec }: ApiService, caBundle: string): JsonPatch | undefined {
  return spec?.caBundle === caBundle ? undefined : [{ op: 'add', path: '/spec/caBundle', value: caBundle }];
}

/** The patch that makes all webhooks of a configuration trust the authorities; undefined where they do. */
export function webhookPatch({ webhooks = [] }: WebhookConfiguration, caBundle: string): JsonPatch | undefined {
  const wrong = webhooks.flatMap(({ clientConfig }, index) => (clientConfig.caBundle === caBundle ? [] : [index]));
  if (wrong.length === 0) return undefined;
  return wrong.map((index) => ({ op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle }));
}

export interface CaBundlesOptions {
  /** PEM; asked before each patch, so that a gateway with an old authority does not undo the work of one with a new. */
  readonly authorities: () => Promise<string>;
  readonly onPatched?: (name: string) => void;
  readonly onFailed?: (name: string, error: Error) => void;
}

/** Keeps the two objects' `caBundle` right, also after they are applied anew. */
export class CaBundles {
  readonly #client: KubeClient;
  readonly #options: CaBundlesOptions;
  readonly #watches: readonly ResourceWatch<KubeObject>[];
  #closed = false;

  constructor(client: KubeClient, options: CaBundlesOptions) {
    this.#client = client;
    this.#options = options;
    this.#watches = [
      this.#watch<ApiService>(API_SERVICES, API_SERVICE_NAME, apiServicePatch),
      this.#watch<WebhookConfiguration>(WEBHOOKS, WEBHOOK_NAME, webhookPatch),
    ];
  }

  /** Looks at both again: after the authority has changed. */
  refresh(): void {
    for (const watch of this.#watches) for (const object of watch.objects()) this.#look.get(watch)?.(object);
  }

  close(): void {
    this.#closed = true;
    for (const watch of this.#watches) watch.close();
  }

  readonly #look = new Map<ResourceWatch<KubeObject>, (object: KubeObject) => void>();

  #watch<T extends KubeObject>(
    type: ResourceType,
    name: string,
    patchOf: (object: T, caBundle: string) => JsonPatch | undefined,
  ): ResourceWatch<KubeObject> {
    const look = (object: KubeObject): void => {
      void this.#mend(type, name, (caBundle) => patchOf(object as T, caBundle));
    };
    const watch = watchResource<KubeObject>(this.#client, type, {
      fieldSelector: `metadata.name=${name}`,
      listener: { added: look, changed: look, failed: (error) => this.#options.onFailed?.(name, error) },
    });
    this.#look.set(watch, look);
    return watch;
  }

  async #mend(type: ResourceType, name: string, patchOf: (caBundle: string) => JsonPatch | undefined): Promise<void> {
    try {
      const patch = patchOf(Buffer.from(await this.#options.authorities()).toString('base64'));
      if (patch === undefined || this.#closed) return;
      await this.#client.patch(type, patch, { name, patchType: 'json' });
      this.#options.onPatched?.(name);
    } catch (error) {
      if (!this.#closed) this.#options.onFailed?.(name, error as Error);
    }
  }
}
