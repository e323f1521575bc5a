import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { checkText } from './check-text.test-kit.ts';

it('x', () => {
  for (const s of readFileSync('/tmp/resolver/scripts.txt', 'utf8').split('\n')) {
    if (!s) continue;
    const r = checkText(s, { positionalParams: ['5', 'abc'] });
    console.log(`=== ${s}\n${r.text}\n${r.told.join('\n')}`);
  }
});
