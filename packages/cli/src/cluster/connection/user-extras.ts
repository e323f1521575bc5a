import { isAbsolute, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { User } from '@kubernetes/client-node/dist/config_types.js';

/** What a kubeconfig may say of a user that the official client does not read: whom to act as, beyond the name. */
export interface UserExtras {
  readonly impersonateGroups?: readonly string[];
  readonly impersonateUid?: string;
  readonly impersonateExtra?: Readonly<Record<string, readonly string[]>>;
}

interface RawUser {
  readonly name?: string;
  readonly user?: {
    readonly tokenFile?: string;
    readonly 'as-groups'?: readonly string[];
    readonly 'as-uid'?: string;
    readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
  } | null;
}

/** Reads them from the file's text, where there are any, into the users; a `tokenFile` too, whose name that client has wrong. */
export async function addUserExtras(config: KubeConfig, text: string, folder: string): Promise<void> {
  if (!/tokenFile|as-groups|as-uid|as-user-extra/.test(text)) return;
  const { parse } = await import('yaml');
  const { users } = parse(text) as { readonly users?: readonly RawUser[] };
  for (const { name, user: raw } of users ?? []) {
    const user = config.users.find((candidate) => candidate.name === name);
    if (user === undefined || !raw) continue;
    const { tokenFile } = raw;
    Object.assign(user, {
      ...(tokenFile && { authProvider: tokenProvider(isAbsolute(tokenFile) ? tokenFile : join(folder, tokenFile)) }),
      ...(raw['as-groups'] && { impersonateGroups: raw['as-groups'] }),
      ...(raw['as-uid'] && { impersonateUid: raw['as-uid'] }),
      ...(raw['as-user-extra'] && { impersonateExtra: raw['as-user-extra'] }),
    } satisfies UserExtras & { authProvider?: unknown });
  }
}

/** The form in which the client takes a file whose token is read again when it changes. */
function tokenProvider(tokenFile: string): object {
  return { name: 'tokenFile', config: { tokenFile } };
}

export function extrasOf(user: User): UserExtras {
  const { impersonateGroups, impersonateUid, impersonateExtra } = user as User & UserExtras;
  return {
    ...(impersonateGroups && { impersonateGroups }),
    ...(impersonateUid && { impersonateUid }),
    ...(impersonateExtra && { impersonateExtra }),
  };
}
