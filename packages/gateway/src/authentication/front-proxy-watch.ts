import type { X509Certificate } from 'node:crypto';
import { CONFIG_MAPS, type KubeClient, type KubeObject, type ResourceWatch, watchResource } from '@waggle/kube';
import { type Authentication, Authenticator } from './authenticate.ts';
import { AUTHENTICATION_CONFIG_MAP, parseFrontProxy } from './front-proxy.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Follows what the API server publishes of its front proxy; its authority may be rotated at any time. */
export class FrontProxyWatch {
  readonly synced: Promise<void>;
  readonly #watch: ResourceWatch<ConfigMap>;
  #authenticator = new Authenticator(undefined);

  /** @param onProblem is told what is wrong with what is published: nobody is let in then. */
  constructor(client: KubeClient, onProblem: (error: Error) => void) {
    const take = ({ data }: ConfigMap): void => {
      try {
        this.#authenticator = new Authenticator(parseFrontProxy(data));
      } catch (error) {
        this.#authenticator = new Authenticator(undefined);
        onProblem(error as Error);
      }
    };
    this.#watch = watchResource<ConfigMap>(client, CONFIG_MAPS, {
      namespace: 'kube-system',
      fieldSelector: `metadata.name=${AUTHENTICATION_CONFIG_MAP}`,
      listener: {
        added: take,
        changed: take,
        removed: () => {
          this.#authenticator = new Authenticator(undefined);
        },
        failed: onProblem,
      },
    });
    this.synced = this.#watch.synced;
  }

  authenticate(chain: readonly X509Certificate[], rawHeaders: readonly string[]): Authentication {
    return this.#authenticator.authenticate(chain, rawHeaders);
  }

  close(): void {
    this.#watch.close();
  }
}
