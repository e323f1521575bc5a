import { realpathSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import manifest from '../../packages/cli/package.json' with { type: 'json' };
import { waggleImageFiles, writeWaggleImage } from './waggle-image.ts';
import { writeFolder } from './write-folder.ts';

const HELP = `Writes waggle's container image into a tar file, an OCI layout, without Docker.

usage: npm run image -- --output FILE.tar [--name NAME:TAG] [--node PATH]
       npm run image -- --folder FOLDER [--node PATH]

  --output FILE   where to
  --folder FOLDER only the image's files, into this folder, for other builders
  --name NAME     the image's name (default: waggle.dev/waggle:${manifest.version})
  --node PATH     the Node.js that goes in (default: the one that runs this)

Import it with ctr -n k8s.io image import FILE, podman load -i FILE, docker load -i FILE, kind load image-archive FILE.
`;

const { values } = parseArgs({
  options: {
    output: { type: 'string' },
    folder: { type: 'string' },
    name: { type: 'string', default: `waggle.dev/waggle:${manifest.version}` },
    node: { type: 'string', default: process.execPath },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const { output, folder, name } = values;
if (values.help || (output === undefined) === (folder === undefined)) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
const node = realpathSync(values.node);
if (folder !== undefined) {
  writeFolder(folder, waggleImageFiles(node).flat());
  console.error(`waggle: the files of ${name} written to ${folder}`);
}
if (output !== undefined) {
  await writeWaggleImage({ output, name, node, cache: 'build/image' });
  console.error(`waggle: ${name} written to ${output}, ${(statSync(output).size / 2 ** 20).toFixed(1)} MiB`);
}
