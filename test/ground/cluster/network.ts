import { ClusterError } from './cluster-error.ts';
import { type ClusterLayout, clusterLayout, type NodeLayout, SLOTS } from './cluster-layout.ts';
import { nsenter } from './daemon.ts';
import { run } from './run.ts';

interface Link {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local?: string }[];
}

/** The first slot whose networks nobody has on this machine. @throws ClusterError */
export async function freeSlot(taken: ReadonlySet<number>): Promise<number> {
  const links = JSON.parse(await run('ip', ['-json', 'address'])) as Link[];
  const routes = JSON.parse(await run('ip', ['-json', 'route', 'show', 'table', 'all'])) as { dst: string }[];
  const used = [
    ...links.flatMap((link) => link.addr_info.map(({ local = '' }) => local)),
    ...routes.map(({ dst }) => dst),
  ];
  for (let slot = 0; slot < SLOTS; slot++) {
    const { bridge, nodeCidr, podCidr } = clusterLayout('any', slot);
    const prefixes = [nodeCidr.replace('0/24', ''), podCidr.replace('0.0/16', '')];
    const free = !used.some((address) => prefixes.some((prefix) => address.startsWith(prefix)));
    if (free && !taken.has(slot) && !links.some(({ ifname }) => ifname === bridge)) return slot;
  }
  throw new ClusterError(`all of ${SLOTS} networks for clusters are taken`);
}

/** The bridge, with the host on it. */
export async function makeBridge({ bridge, hostAddress }: ClusterLayout): Promise<void> {
  await ip(`link add ${bridge} type bridge`);
  await ip(`address add ${hostAddress}/24 dev ${bridge}`);
  await ip(`link set ${bridge} up`);
}

/**
 * Connects the network namespace of a node with the bridge. The node knows the bridge's network and the pods of the other nodes; it has no route to anywhere
 * else, so nothing in the cluster can send anything out of this machine.
 */
export async function connectNode(layout: ClusterLayout, node: NodeLayout, namespacesPid: number): Promise<void> {
  const { hostLink, address, podCidr } = node;
  await ip(`link add ${hostLink} type veth peer name eth0 netns ${namespacesPid}`);
  await ip(`link set ${hostLink} master ${layout.bridge} up`);
  await ip(`route add ${podCidr} via ${address}`);
  const others = layout.nodes.filter((other) => other !== node);
  const inNode = [
    'ip link set lo up',
    `ip address add ${address}/24 dev eth0`,
    'ip link set eth0 up',
    ...others.map((other) => `ip route add ${other.podCidr} via ${other.address}`),
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
  ];
  const [program, ...words] = nsenter(namespacesPid);
  await run(program!, [...words, 'sh', '-ec', inNode.join('\n')]);
}

/** Removes the links that a cluster of this slot has made on the host; routes and addresses go with them. */
export async function removeLinks({ bridge, nodes }: ClusterLayout): Promise<void> {
  for (const link of [...nodes.map(({ hostLink }) => hostLink), bridge]) {
    if (await exists(link))
      await ip(`link delete ${link}`).catch(async (error: unknown) => {
        if (await exists(link)) throw error; // It may have gone with its network namespace meanwhile.
      });
  }
}

async function exists(link: string): Promise<boolean> {
  const links = JSON.parse(await run('ip', ['-json', 'link'])) as Link[];
  return links.some(({ ifname }) => ifname === link);
}

function ip(words: string): Promise<string> {
  return run('ip', words.split(' '));
}
